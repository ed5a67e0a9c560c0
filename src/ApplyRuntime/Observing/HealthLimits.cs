using Delivery.Models;

namespace Delivery.ApplyRuntime.Observing;

/// <summary>From where on a runtime is no longer healthy. Immutable: derive variants with <c>with</c>. A limit of null is off.</summary>
public sealed record HealthLimits
{
    /// <summary>Longest time since the newest event that any one model in use learned from; beyond it the runtime is degraded. Default 6 h. Models that do not say are passed over.</summary>
    public TimeSpan? MaxTrainedAge { get; init; } = TimeSpan.FromHours(6);

    /// <summary>The same beyond which it is unhealthy: the models are too old to be served. Default none, since old models are mostly better than none.</summary>
    public TimeSpan? UnusableTrainedAge { get; init; }

    /// <summary>Longest time since the commit of the generation in use; beyond it the runtime is degraded. Default none: a cycle in which no model changed publishes nothing.</summary>
    public TimeSpan? MaxPublishedAge { get; init; }

    /// <summary>Longest time since the loader last looked at CURRENT; beyond it the loader hangs and the runtime is degraded. Default 1 min; two polls where that is more.</summary>
    public TimeSpan? MaxCheckedAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Reloads that may fail one after the other; beyond it the runtime is degraded. Default 3, at least 0.</summary>
    public int? MaxConsecutiveFailures { get; init; } = 3;

    /// <summary>How long something published may stay out of use; beyond it the runtime is degraded. Default 5 min. Of a model that can never be loaded one failure is counted, and this finds it.</summary>
    public TimeSpan? MaxProblemAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Models without which the runtime is unhealthy. Default none.</summary>
    public IReadOnlyList<ModelName> RequiredModels { get; init; } = [];

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        (string Name, TimeSpan? Limit)[] ages =
        [
            (nameof(MaxTrainedAge), MaxTrainedAge), (nameof(UnusableTrainedAge), UnusableTrainedAge), (nameof(MaxPublishedAge), MaxPublishedAge),
            (nameof(MaxCheckedAge), MaxCheckedAge), (nameof(MaxProblemAge), MaxProblemAge),
        ];
        foreach (var (name, limit) in ages)
        {
            if (limit <= TimeSpan.Zero) yield return $"{name} is {limit}; it must be more than 0, or null for none.";
        }
        if (MaxConsecutiveFailures < 0) yield return $"{nameof(MaxConsecutiveFailures)} is {MaxConsecutiveFailures}; it must be at least 0, or null for none.";
        if (UnusableTrainedAge < MaxTrainedAge) yield return $"{nameof(UnusableTrainedAge)} is {UnusableTrainedAge}; it must be at least {nameof(MaxTrainedAge)}, which is {MaxTrainedAge}.";
    }
}
