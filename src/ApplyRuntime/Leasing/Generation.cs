using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>One consistent set of models. Immutable but for the count of its leases, and never made current a second time.</summary>
internal sealed class Generation
{
    private readonly LoadedModel[] _inOrder;
    private readonly Dictionary<string, int> _places; // built in a tenth of the time of a frozen one, which would be read no faster
    private LeaseBook? _holders;

    /// <summary>Loader thread only: takes a share of each model.</summary>
    public Generation(CurrentPointer pointer, IReadOnlyCollection<LoadedModel> models, DateTimeOffset appliedAt)
    {
        (Pointer, AppliedAt) = (pointer, appliedAt);
        _inOrder = [.. models];
        _places = new Dictionary<string, int>(_inOrder.Length, StringComparer.Ordinal);
        for (var place = 0; place < _inOrder.Length; place++) _places.Add(_inOrder[place].Entry.Name.Value, place);
        Statuses = [.. models.Select(m => m.Status)];
        foreach (var model in models) model.Share();
    }

    public CurrentPointer Pointer { get; }

    public DateTimeOffset AppliedAt { get; }

    /// <summary>Time of its commit; null when its manifest does not say.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>The models, ordered by name.</summary>
    public IReadOnlyList<LoadedModel> InOrder => _inOrder;

    /// <summary>What is known of each model, ordered by name.</summary>
    public IReadOnlyList<ModelStatus> Statuses { get; }

    public StripedCounter Leases { get; } = new();

    /// <summary>Who holds them, where that is recorded at all; made when it is first asked for.</summary>
    public LeaseBook Holders => LazyInitializer.EnsureInitialized(ref _holders, static () => new LeaseBook());

    /// <summary>The very model that a line of a manifest names; null when there is none, or one of other content.</summary>
    public LoadedModel? Holds(ManifestEntry entry) => Find(entry.Name.Value) is { } model && model.Entry == entry ? model : null;

    /// <summary>Loader thread only, once, after the last lease: unmaps what no newer generation shares.</summary>
    public void Release()
    {
        foreach (var model in _inOrder) model.Unshare();
    }

    /// <summary>The model of that name; null when there is none.</summary>
    public LoadedModel? Find(string name) => _places.TryGetValue(name, out var place) ? _inOrder[place] : null;

    /// <summary>The same for who asks again and again: it stands where it stood the last time, as long as no model before it comes or goes.</summary>
    /// <param name="name">Of the model.</param>
    /// <param name="place">Where to look first; set to where it was found. Any number will do, so many threads may share it.</param>
    public LoadedModel? Find(string name, ref int place)
    {
        var guess = place;
        if ((uint)guess < (uint)_inOrder.Length && _inOrder[guess] is var model && model.Name == name) return model;
        if (!_places.TryGetValue(name, out var found)) return null;
        place = found;
        return _inOrder[found];
    }
}
