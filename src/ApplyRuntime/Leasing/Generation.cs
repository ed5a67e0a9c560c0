using System.Collections.Frozen;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>One consistent set of models. Immutable but for the count of its leases, and never made current a second time.</summary>
internal sealed class Generation
{
    private static long _lastId;

    private readonly LoadedModel[] _inOrder;
    private readonly FrozenDictionary<string, int> _places;
    private LeaseBook? _holders;

    /// <summary>Loader thread only: takes a share of each model.</summary>
    /// <param name="pointer">Names it.</param>
    /// <param name="models">Ordered by name. Owned.</param>
    /// <param name="appliedAt">Now.</param>
    /// <param name="before">The one in use so far: where the names are the same, so are their places.</param>
    public Generation(CurrentPointer pointer, LoadedModel[] models, DateTimeOffset appliedAt, Generation? before = null)
    {
        (Pointer, AppliedAt, _inOrder) = (pointer, appliedAt, models);
        _places = before is not null && before.HasNamesOf(models)
            ? before._places
            : Enumerable.Range(0, models.Length).ToFrozenDictionary(place => models[place].Name, StringComparer.Ordinal);
        Entries = new ModelColumn<ManifestEntry>(models, static model => model.Entry);
        Statuses = new ModelColumn<ModelStatus>(models, static model => model.Status);
        foreach (var model in models) model.Share();
    }

    /// <summary>Number of this very object in the process: above 0, and never that of another.</summary>
    public long Id { get; } = Interlocked.Increment(ref _lastId);

    public CurrentPointer Pointer { get; }

    public DateTimeOffset AppliedAt { get; }

    /// <summary>Time of its commit; null when its manifest does not say.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>The models, ordered by name.</summary>
    public IReadOnlyList<LoadedModel> InOrder => _inOrder;

    /// <summary>What its manifest said of each model, but for those that could not be loaded; ordered by name.</summary>
    public IReadOnlyList<ManifestEntry> Entries { get; }

    /// <summary>What is known of each model, ordered by name.</summary>
    public IReadOnlyList<ModelStatus> Statuses { get; }

    /// <summary>Leases of threads that held one already; the first of each thread stands in its cell.</summary>
    public StripedCounter Nested { get; } = new();

    /// <summary>Who holds them, where that is recorded at all; made when it is first asked for.</summary>
    public LeaseBook Holders => LazyInitializer.EnsureInitialized(ref _holders, static () => new LeaseBook());

    /// <summary>The very model that a line of a manifest names; null when there is none, or one of other content.</summary>
    public LoadedModel? Holds(ManifestEntry entry) => Find(entry.Name.Value) is { } model && model.Entry == entry ? model : null;

    /// <summary>Loader thread only, once, after the last lease: unmaps what no newer generation shares.</summary>
    public void Release()
    {
        foreach (var model in _inOrder) model.Unshare();
    }

    private bool HasNamesOf(LoadedModel[] models)
    {
        if (models.Length != _inOrder.Length) return false;
        for (var i = 0; i < models.Length; i++)
        {
            if (models[i].Name != _inOrder[i].Name) return false;
        }
        return true;
    }

    /// <summary>The model of that name; null when there is none.</summary>
    public LoadedModel? Find(string name) => _places.TryGetValue(name, out var place) ? _inOrder[place] : null;

    /// <summary>The same for who asks again and again: it stands where it stood the last time, as long as no model before it comes or goes.</summary>
    /// <param name="name">Of the model; set to the same text as the model itself holds it, since the same object needs no comparing.</param>
    /// <param name="place">Where to look first; set to where it was found. Any number will do, so many threads may share both.</param>
    public LoadedModel? Find(ref string name, ref int place)
    {
        var (wanted, guess) = (name, place);
        if ((uint)guess < (uint)_inOrder.Length && ReferenceEquals(_inOrder[guess].Name, wanted)) return _inOrder[guess];
        if (!_places.TryGetValue(wanted, out var found)) return null;
        var model = _inOrder[found];
        (name, place) = (model.Name, found);
        return model;
    }
}
