using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Settings;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>The thread that follows the folder: everything that maps, hashes or unmaps happens here, and nothing else does.</summary>
/// <remarks>
/// Its low priority is known to Windows only; on Linux the framework leaves it out. A nice value of its own would be inherited by every
/// thread that is made on it, such as one of the pool or the collector's own, and could not be taken back without privileges; and a collection would
/// wait for the thread when it was put off in the middle of managed code. Giving way after each model has nearly the same effect and neither fault.
/// </remarks>
internal sealed class Loader : IDisposable
{
    private static readonly TimeSpan DrainPause = TimeSpan.FromMilliseconds(5);

    /// <summary>A loader that has not ended so long after the leases had their time hangs.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(5);


    private readonly GenerationSlot _slot;
    private readonly RuntimeOptions _options;
    private readonly Inbox _inbox = new(nameof(ModelRuntime));
    private readonly RetiredGenerations _retired;
    private readonly ReloadLog _log;
    private readonly Reconciler _reconciler;
    private readonly FolderEvents? _events;
    private readonly ConfigurationSlot _configurations;
    private readonly ConfigurationFollower? _follower;
    private readonly LeaseWatch? _leases;
    private readonly HeldMemory _held;
    private readonly Acknowledger? _acknowledger;
    private readonly string _folder;
    private readonly Thread _thread;
    private TaskCompletionSource _swap = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RuntimeStatus _status;

    public Loader(FolderLayout layout, GenerationSlot slot, ConfigurationSlot configurations, LeaseWatch? leases, RuntimeOptions options, RuntimeMeter meter, Acknowledger? acknowledger)
    {
        (_folder, _slot, _configurations, _leases, _options, _acknowledger) = (layout.Root, slot, configurations, leases, options, acknowledger);
        if (options.ApplyModelsFile is { } file) _follower = new ConfigurationFollower(Path.GetFullPath(file), configurations);
        _log = new ReloadLog(options.Time, meter);
        _retired = new RetiredGenerations(slot);
        _held = new HeldMemory(slot, _retired);
        _reconciler = new Reconciler(new FolderReader(layout), slot, _retired, _held, _log, options);
        if (options.UseFileEvents) _events = new FolderEvents(layout.Root, Path.GetFileName(layout.Current), _inbox.Announce, options.Time);
        _status = new RuntimeStatus { Folder = _folder, Configuration = configurations.Status };
        _thread = new Thread(Run) { IsBackground = true, Name = "Delivery models", Priority = ThreadPriority.BelowNormal };
    }

    /// <summary>As the loader thread last left it.</summary>
    public RuntimeStatus Status => Volatile.Read(ref _status);

    /// <summary>Ends at the next swap, or when the loader ends. Take it before looking at <see cref="Status"/>.</summary>
    public Task NextSwap => Volatile.Read(ref _swap).Task;

    /// <summary>Whether the caller is the loader thread, which must not wait for itself.</summary>
    public bool IsCaller => Thread.CurrentThread == _thread;

    public void Start() => _thread.Start();

    /// <summary>Asks for a look at the folder now.</summary>
    public Task<RuntimeStatus> RefreshAsync() => _inbox.AskAsync();

    /// <summary>Ends the thread and waits for it, but for the thread itself, and not for ever: it may hang in a network disk or in a handler.</summary>
    public void Dispose()
    {
        _inbox.Stop();
        if (!IsCaller) _thread.Join(_options.DrainTimeout + Hang);
    }

    private void Run()
    {
        while (true)
        {
            var mail = _inbox.Wait(_status.CheckedAt is null ? TimeSpan.Zero : _options.PollInterval);
            if (mail.Stop)
            {
                Close(mail);
                return;
            }
            Look(mail);
            foreach (var asked in mail.Asked) asked.TrySetResult(_status);
        }
    }

    private void Look(Mail mail)
    {
        var swapped = false;
        try
        {
            _events?.Ensure(); // before reading CURRENT: what changes after the reading is announced
            var isFirst = _status.CheckedAt is null;
            if (_follower?.Look() is { } problem) _log.Error(problem);
            swapped = _reconciler.Reconcile(force: mail.Asked.Count > 0);
            if (swapped && mail.IsEmpty && !isFirst) _events?.Renew();
            _retired.Drain();
        }
        catch (Exception e) // the loader must outlive whatever happens, or the process is stuck with what it has
        {
            _log.Error($"The loader failed: {e.Message}");
        }
        Publish(_slot.Current is null ? RuntimeState.Waiting : RuntimeState.Ready);
        if (swapped) TellApplied();
    }

    private void TellApplied()
    {
        try
        {
            _options.Applied?.Invoke(_status);
        }
        catch (Exception e) // somebody else's code
        {
            _log.Error($"The handler {nameof(RuntimeOptions.Applied)} failed: {e.Message}");
            Publish(RuntimeState.Ready);
        }
        var waiting = _swap;
        Volatile.Write(ref _swap, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting.SetResult();
    }

    private void Publish(RuntimeState state)
    {
        var inUse = _slot.Current;
        var now = _options.Time.GetUtcNow();
        var overdue = FindOverdue(state == RuntimeState.Closed);
        Volatile.Write(ref _status, new RuntimeStatus
        {
            Folder = _folder,
            State = state,
            AsOf = now,
            Epoch = inUse?.Pointer.Epoch ?? 0,
            Commit = inUse?.Pointer.Commit,
            AppliedAt = inUse?.AppliedAt,
            PublishedAt = inUse?.PublishedAt,
            Models = inUse?.Statuses ?? [],
            Reloads = _log.Reloads,
            FailedReloads = _log.FailedReloads,
            ConsecutiveFailures = _log.ConsecutiveFailures,
            ProblemsSince = _log.ProblemsSince,
            Problems = _log.Problems,
            NothingYet = _log.NothingYet,
            LastError = _log.LastError,
            RetiredGenerations = _retired.Count,
            OverdueLeases = overdue,
            HeldBytes = _held.Bytes(),
            CheckedAt = now,
            FileEvents = _events?.Active ?? false,
            Configuration = _configurations.Status,
        });
        _acknowledger?.Post(_status);
    }

    private IReadOnlyList<OverdueLease> FindOverdue(bool closing)
    {
        if (_leases is null || _retired.Count == 0) return [];
        var overdue = _leases.Overdue(_retired.Waiting, closing, out var fresh);
        if (fresh is not null) _log.Error(fresh.ToString());
        return overdue;
    }

    /// <summary>Decisions fall back from here on. What a lease still holds after the timeout stays mapped: no page is taken from under a reader.</summary>
    private void Close(Mail mail)
    {
        _events?.Dispose();
        _retired.Add(_slot.Exchange(null));
        Publish(RuntimeState.Closed);
        var start = _options.Time.GetTimestamp();
        for (_retired.Drain(); _retired.Count > 0 && _options.Time.GetElapsedTime(start) < _options.DrainTimeout; _retired.Drain())
        {
            _inbox.Pause(DrainPause);
        }
        if (_retired.Count > 0) _log.Error($"Closed with leases held on {_retired.Count} generations; their files stay mapped until the process ends.");
        _reconciler.Dispose();
        Publish(RuntimeState.Closed);
        _inbox.Close(mail.Asked);
        _swap.SetResult();
    }
}
