using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>One model that is pulled. Requests read <see cref="Model"/>; all else is the puller's thread's, but for the status, which any thread reads.</summary>
internal sealed class PulledModel(ModelName name)
{
    private const int Waits = 0, Asks = 1, IsGivenUp = 2;

    private LoadedModel? _model;
    private PulledModelStatus _status = new(name);
    private bool _used;
    private int _pull;

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

    /// <summary>That pull had no answer in its time.</summary>
    public bool IsLate { get; set; }

    public long StartedAt { get; private set; }

    /// <summary>Ends that pull, as far as the store listens; null while there is none.</summary>
    public CancellationTokenSource? Limit { get; set; }

    /// <summary>What was refused last, so that it is not examined again at each pull.</summary>
    public (ContentHash Content, string Problem)? Refused { get; set; }

    /// <summary>A pull starts, which has yet to come to the store. After the one before has ended.</summary>
    public void Start(long now)
    {
        (IsOut, IsLate, StartedAt) = (true, false, now);
        Volatile.Write(ref _pull, Waits);
    }

    /// <summary>Whether that pull may ask the store: not once it was given up. Any thread, once a pull.</summary>
    public bool TryAsk() => Interlocked.CompareExchange(ref _pull, Asks, Waits) == Waits;

    /// <summary>Keeps that pull from asking the store; false when it asks already.</summary>
    public bool TryGiveUp() => Interlocked.CompareExchange(ref _pull, IsGivenUp, Waits) == Waits;

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
