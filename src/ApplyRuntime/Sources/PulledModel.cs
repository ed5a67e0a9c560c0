using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>One model that is pulled. Requests read <see cref="Model"/>; all else is the puller's thread's, but for the status, which any thread reads.</summary>
internal sealed class PulledModel(ModelName name)
{
    private LoadedModel? _model;
    private PulledModelStatus _status = new(name);
    private bool _used;
    private volatile bool _isAsked;

    public ModelName Name => name;

    /// <summary>Swapped by this one reference; null while there is none.</summary>
    public LoadedModel? Model
    {
        get => Volatile.Read(ref _model);
        set => Volatile.Write(ref _model, value);
    }

    public PulledModelStatus Status
    {
        get => Volatile.Read(ref _status);
        set => Volatile.Write(ref _status, value);
    }

    /// <summary>Whether the configuration names it.</summary>
    public bool Configured { get; set; }

    /// <summary>Timestamp at which the next pull is due.</summary>
    public long DueAt { get; set; }

    /// <summary>Timestamp at which a request was last seen to use it.</summary>
    public long UsedAt { get; set; }

    /// <summary>A pull was started and has not ended.</summary>
    public bool IsOut { get; set; }

    /// <summary>That pull reached the store. Any thread sets it.</summary>
    public bool IsAsked
    {
        get => _isAsked;
        set => _isAsked = value;
    }

    /// <summary>That pull had no answer in its time.</summary>
    public bool IsLate { get; set; }

    public long StartedAt { get; set; }

    /// <summary>Ends that pull, as far as the store listens; null while there is none.</summary>
    public CancellationTokenSource? Limit { get; set; }

    /// <summary>What was refused last, so that it is not examined again at each pull.</summary>
    public (ContentHash Content, string Problem)? Refused { get; set; }

    /// <summary>Notes a request. It writes once between two looks of the puller, so that the line stays shared.</summary>
    public void Use()
    {
        if (!Volatile.Read(ref _used)) Volatile.Write(ref _used, true);
    }

    public bool TakeUse()
    {
        var used = Volatile.Read(ref _used);
        if (used) Volatile.Write(ref _used, false);
        return used;
    }
}
