using Delivery.Models;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>One model that is pulled from the training store. A snapshot.</summary>
/// <param name="Name">The model.</param>
public sealed record PulledModelStatus(ModelName Name)
{
    /// <summary>The model in use; null while none was pulled.</summary>
    public ModelStatus? Model { get; init; }

    /// <summary>When the model in use was saved in the store; null when the store did not say, or there is none.</summary>
    public DateTimeOffset? SavedAt { get; init; }

    /// <summary>When the store last gave the model in use; null while none was pulled.</summary>
    public DateTimeOffset? PulledAt { get; init; }

    /// <summary>When the last pull ended, well or not; null while none has.</summary>
    public DateTimeOffset? TriedAt { get; init; }

    /// <summary>Pulls that failed, whether for the store or for what it gave.</summary>
    public long Failures { get; init; }

    /// <summary>Those since the last one that did not.</summary>
    public int FailuresInARow { get; init; }

    /// <summary>What is wrong now: why the last pull failed, or that the store has no such model. Null when all is well.</summary>
    public string? Problem { get; init; }
}
