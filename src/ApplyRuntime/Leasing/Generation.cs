using System.Collections.Frozen;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>One consistent set of models. Immutable but for the count of its leases, and never made current a second time.</summary>
internal sealed class Generation
{
    /// <summary>Loader thread only: takes a share of each model.</summary>
    public Generation(CurrentPointer pointer, IReadOnlyCollection<LoadedModel> models, DateTimeOffset appliedAt)
    {
        (Pointer, AppliedAt) = (pointer, appliedAt);
        InOrder = models;
        Models = models.ToFrozenDictionary(m => m.Entry.Name.Value, StringComparer.Ordinal);
        Statuses = [.. models.Select(m => m.Status)];
        foreach (var model in models) model.Share();
    }

    public CurrentPointer Pointer { get; }

    public DateTimeOffset AppliedAt { get; }

    /// <summary>Time of its commit; null when its manifest does not say.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    public FrozenDictionary<string, LoadedModel> Models { get; }

    /// <summary>The same models, ordered by name.</summary>
    public IReadOnlyCollection<LoadedModel> InOrder { get; }

    /// <summary>What is known of each model, ordered by name.</summary>
    public IReadOnlyList<ModelStatus> Statuses { get; }

    public StripedCounter Leases { get; } = new();

    /// <summary>Loader thread only, once, after the last lease: unmaps what no newer generation shares.</summary>
    public void Release()
    {
        foreach (var model in Models.Values) model.Unshare();
    }
}
