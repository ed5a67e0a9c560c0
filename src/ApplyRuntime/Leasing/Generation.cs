using System.Collections.Frozen;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>One consistent set of models. Immutable but for the count of its leases, and never made current a second time.</summary>
internal sealed class Generation
{
    private LeaseBook? _holders;

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

    public FrozenDictionary<string, LoadedModel> Models { get; }

    /// <summary>The same models, ordered by name.</summary>
    public IReadOnlyCollection<LoadedModel> InOrder { get; }

    /// <summary>What is known of each model, ordered by name.</summary>
    public IReadOnlyList<ModelStatus> Statuses { get; }

    public StripedCounter Leases { get; } = new();

    /// <summary>Who holds them, where that is recorded at all; made when it is first asked for.</summary>
    public LeaseBook Holders => LazyInitializer.EnsureInitialized(ref _holders, static () => new LeaseBook());

    /// <summary>The very model that a line of a manifest names; null when there is none, or one of other content.</summary>
    public LoadedModel? Holds(ManifestEntry entry) => Models.GetValueOrDefault(entry.Name.Value) is { } model && model.Entry == entry ? model : null;

    /// <summary>Loader thread only, once, after the last lease: unmaps what no newer generation shares.</summary>
    public void Release()
    {
        foreach (var model in Models.Values) model.Unshare();
    }
}
