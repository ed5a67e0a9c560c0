using System.Diagnostics;
using Delivery.FastData.Git.Programs;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// Follows a remote fast-data history and makes each newer generation live in a folder of this host, by the same code that
/// publishes. Only what is newer, descends from what is here, is sound, is signed by whom <see cref="FastDataMirrorOptions.AllowedSigners"/>
/// names, and passes every check is taken; otherwise, and while the remote is away, the folder goes on serving what it has. Any thread may call; polls wait for each other, also over processes.
/// </summary>
/// <example>
/// In a search process, beside the runtime that reads the folder:
/// <code>
/// using var mirror = new FastDataMirror(new FastDataMirrorOptions { From = "https://git.example.org/models.git", Folder = "/var/lib/search/models" });
/// var following = mirror.RunAsync(stopping);            // ends when the token does
/// await using var runtime = ModelRuntime.Open("/var/lib/search/models");
/// </code>
/// </example>
public sealed class FastDataMirror : IDisposable
{
    private static readonly TimeSpan LookForHints = TimeSpan.FromMilliseconds(250);

    private readonly FastDataMirrorOptions _options;
    private readonly TimeProvider _time;
    private readonly IDisk _disk;
    private readonly FolderLayout _layout;
    private readonly RemoteAddress _remote;
    private readonly FastDataPublisher _publisher;
    private readonly RemoteFetch _fetch;
    private readonly Housekeeping _housekeeping;
    private readonly PollHints _hints;
    private readonly SignedDelivery? _trust;
    private readonly LiveSignature _signature;
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly SemaphoreSlim _told = new(0, 1);
    private MirrorStatus _status;
    private (CommitId Found, string Reason)? _unsound;
    private IReadOnlyList<string>? _inTheWay;

    /// <param name="options">What follows what, and how.</param>
    /// <param name="time">The clock of schedules and retirement. Default: the system's.</param>
    /// <param name="disk">Where files are written. Default: this machine's file system.</param>
    /// <exception cref="ArgumentException">An option is not usable; all mistakes are told.</exception>
    public FastDataMirror(FastDataMirrorOptions options, TimeProvider? time = null, IDisk? disk = null)
    {
        if (options.Problems().ToList() is { Count: > 0 } problems) throw new ArgumentException(string.Join('\n', problems), nameof(options));
        (_options, _time, _disk) = (options, time ?? TimeProvider.System, disk ?? new LocalDisk());
        _layout = new FolderLayout(options.Folder);
        _remote = RemoteAddress.Parse(options.From);
        _publisher = new FastDataPublisher(_layout.Root, _time, _disk) { LockTimeout = options.LockTimeout, KeepGenerations = options.KeepGenerations };
        _fetch = new RemoteFetch(_layout, _remote, options);
        _housekeeping = new Housekeeping(_layout, _disk, _time, options);
        _hints = new PollHints(_layout, _remote, options);
        _trust = options.AllowedSigners is { } allowed ? new SignedDelivery(_layout.Root, allowed, _time) : null;
        _signature = new LiveSignature(_layout, _publisher, options.AllowedSigners, _time);
        _status = new MirrorStatus(_remote.Shown, options.Branch, _layout.Root, 0, null, null, null, null, null, 0);
    }

    /// <summary>The mirror as of the end of its last poll.</summary>
    public MirrorStatus Status => Volatile.Read(ref _status);

    /// <summary>Makes a running <see cref="RunAsync"/> poll at once. Calls that come before that poll count as one.</summary>
    public void PollNow()
    {
        lock (_told)
        {
            if (_told.CurrentCount == 0) _told.Release();
        }
    }

    /// <summary>Follows the remote until the token is cancelled, and then ends without an exception.</summary>
    /// <exception cref="FastDataException">The folder is none that a mirror may write to; nothing was changed.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var schedule = new PollSchedule(_options.Interval, _options.MaxBackoff, _options.HostName, _layout.Root);
        try
        {
            while (true)
            {
                var outcome = await Task.Run(() => PollOnceAsync(cancellationToken), cancellationToken);
                var failures = outcome is MirrorOutcome.Failed ? Status.ConsecutiveFailures : 0;
                await WaitAsync(schedule.Wait(_time.GetUtcNow(), failures), cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end that was asked for.
        }
    }

    /// <summary>Asks the remote once and takes what is newer. What goes wrong is the outcome; the folder serves on.</summary>
    /// <exception cref="FastDataException">The folder is none that a mirror may write to; nothing was changed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the next poll carries on.</exception>
    public async Task<MirrorOutcome> PollOnceAsync(CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            var started = Stopwatch.GetTimestamp();
            _hints.Taken();
            var outcome = await TryPollAsync(cancellationToken) with { Duration = Stopwatch.GetElapsedTime(started) };
            Volatile.Write(ref _status, _status.After(outcome, _time.GetUtcNow()));
            _options.Polled?.Invoke(outcome);
            return outcome;
        }
        finally
        {
            if (Status.Last?.IsGood != true) _inTheWay = null; // whatever it was, the next poll looks for leavings
            _oneAtATime.Release();
        }
    }

    /// <summary>End <see cref="RunAsync"/> first.</summary>
    public void Dispose()
    {
        _oneAtATime.Dispose();
        _told.Dispose();
    }

    private async Task<MirrorOutcome> TryPollAsync(CancellationToken cancellationToken)
    {
        FastDataTip? tip = null;
        var isOurs = false;
        try
        {
            var record = RequireFolder(cancellationToken);
            isOurs = true;
            using var held = await Hold.TakeAsync(_disk, Path.Combine(_layout.Repository, "delivery-mirror-held"), _options.LockTimeout, cancellationToken);
            tip = await ReadTipAsync(cancellationToken);
            var outcome = await PollAsync(tip, cancellationToken);
            if (outcome.IsGood && record != Record) Record.Write(_layout, _disk);
            return outcome;
        }
        catch (OperationCanceledException)
        {
            _inTheWay = null;
            throw;
        }
        catch (Exception e) when ((e is FastDataException && isOurs) || e is FolderBusyException or UnsupportedFormatException or IOException or UnauthorizedAccessException)
        {
            var (epoch, commit) = tip is null ? ReadLive() : (tip.Epoch, tip.Commit);
            return new MirrorOutcome.Failed(epoch, commit, string.Join(" ", (_inTheWay ?? []).Prepend(e.Message)));
        }
    }

    private MirrorRecord Record => new(_options.Branch, _remote.Shown);

    private MirrorRecord RequireFolder(CancellationToken cancellationToken)
    {
        RequireNoLoop();
        if (MirrorRecord.Read(_layout) is { } known) return known;
        _publisher.Prepare(BecomeMirror, cancellationToken);
        return Record;
    }

    // Two mirrors that follow each other would both say that they are up to date, for ever.
    private void RequireNoLoop()
    {
        if (_remote.Folder is not { } folder || MirrorRecord.Read(new FolderLayout(folder)) is not { } record) return;
        if (Path.IsPathFullyQualified(record.From) && new FolderLayout(record.From) == _layout)
        {
            throw new FastDataException($"{folder}: it follows {_layout.Root} itself, so nothing new would ever come. Name the folder or server that is published to.");
        }
    }

    // A folder with a history that no mirror made belongs to whoever publishes into it.
    private void BecomeMirror()
    {
        if (StoredRef.Read(_layout.Repository, MainRef.Name) is var main && (main is not null || File.Exists(_layout.Current)))
        {
            throw new FastDataException($"{_layout.Root}: somebody publishes into this folder (main is {main}), and no mirror made it. Name an empty folder or a new one: a folder has one writer.");
        }
        Record.Write(_layout, _disk);
    }

    private async Task<FastDataTip> ReadTipAsync(CancellationToken cancellationToken)
    {
        try
        {
            _inTheWay ??= new GitLeftovers(_layout, _disk, _time).Clean();
            return _publisher.ReadTip(cancellationToken);
        }
        catch (FastDataException e)
        {
            try
            {
                await new RepositoryRepair(_layout, _disk, _fetch).RunAsync(cancellationToken);
                return _publisher.ReadTip(cancellationToken);
            }
            catch (FastDataException again)
            {
                throw new FastDataException($"{e.Message} It was tried to fetch it again: {again.Message}", again);
            }
        }
    }

    private async Task<MirrorOutcome> PollAsync(FastDataTip tip, CancellationToken cancellationToken)
    {
        if (!_hints.RemoteIsAt(tip.Commit)) await _fetch.FetchAsync(isFirst: tip.Commit is null, cancellationToken);
        else return await StayAsync(tip, cancellationToken);

        var found = StoredRef.Read(_layout.Repository, RemoteFetch.Incoming) ?? throw new FastDataException($"{_layout.Repository}: {RemoteFetch.Incoming} is not there after a fetch.");
        if (found == tip.Commit) return await StayAsync(tip, cancellationToken);
        if (_unsound is { } known && known.Found == found) return new MirrorOutcome.Refused(tip.Epoch, tip.Commit, found, known.Reason);
        try
        {
            return await TakeAsync(tip, found, cancellationToken);
        }
        catch (GenerationRefusedException e)
        {
            // What it is follows from its id, so there is no need to look again; what a check says may change.
            _unsound = (found, $"{_remote}: {e.Message}");
            return new MirrorOutcome.Refused(tip.Epoch, tip.Commit, found, _unsound.Value.Reason);
        }
    }

    private async Task<MirrorOutcome> TakeAsync(FastDataTip tip, CommitId found, CancellationToken cancellationToken)
    {
        var examine = Task.Run(() => _publisher.Examine(found, cancellationToken), cancellationToken);
        var descends = DescendsAsync(tip.Commit, found, cancellationToken); // a process of its own, so it works beside us
        var unsigned = _trust?.RefuseCommitAsync(found, cancellationToken) ?? Task.FromResult<string?>(null);
        await Task.WhenAll(examine, descends, unsigned);
        var incoming = await examine;
        if (!await descends)
        {
            throw new GenerationRefusedException($"Commit {found} (epoch {incoming.Epoch}) does not descend from {tip.Commit} (epoch {tip.Epoch}), which is live here: the history was rewritten.");
        }
        if (await unsigned is { } distrust) return new MirrorOutcome.Refused(tip.Epoch, tip.Commit, found, $"{_remote}: {distrust}");
        var verdict = _trust?.CheckManifest(incoming.Manifest);
        if (verdict?.Refusal is { } forged) return new MirrorOutcome.Refused(tip.Epoch, tip.Commit, found, $"{_remote}: {forged}");
        foreach (var check in _options.Checks)
        {
            if (await check(incoming, cancellationToken) is { } refusal) return new MirrorOutcome.Refused(tip.Epoch, tip.Commit, found, $"{_remote}: {refusal}");
        }
        return _publisher.Adopt(incoming, verdict?.Signature, cancellationToken) switch
        {
            PublishOutcome.Published published => await TidyAsync(
                new MirrorOutcome.Advanced(published.Epoch, published.Commit, incoming.Manifest.Models.Count, incoming.ChangedModels, published.Warning), cancellationToken),
            PublishOutcome.LostRace race => throw new FastDataException($"{_layout.Root}: somebody else moved main to {race.Found} while {found} was being adopted. A folder has one writer."),
            var other => throw new InvalidOperationException($"Adopting ended as {other}."),
        };
    }

    private Task<MirrorOutcome> StayAsync(FastDataTip tip, CancellationToken cancellationToken) =>
        TidyAsync(new MirrorOutcome.UpToDate(tip.Epoch, tip.Commit, _signature.Follow(cancellationToken)), cancellationToken);

    private async Task<bool> DescendsAsync(CommitId? from, CommitId commit, CancellationToken cancellationToken)
    {
        if (from is null) return true;
        var result = await new GitCommand(_layout.Repository).TryRunAsync(["merge-base", "--is-ancestor", from.Value.Hex, commit.Hex], cancellationToken);
        return result.ExitCode switch
        {
            0 => true,
            1 => false,
            _ => throw new FastDataException($"{_layout.Repository}: whether {commit} descends from {from} cannot be told: {result.Complaint}"),
        };
    }

    // The generation is live by now: what goes wrong in tidying up must not make the poll look failed.
    private async Task<MirrorOutcome> TidyAsync(MirrorOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            await _housekeeping.RunAsync(cancellationToken);
            return outcome;
        }
        catch (Exception e) when (e is FastDataException or FolderBusyException or IOException or UnauthorizedAccessException)
        {
            _inTheWay = null;
            var warning = $"The repository was not tidied up: {e.Message}";
            return outcome switch
            {
                MirrorOutcome.Advanced advanced => advanced with { Warning = advanced.Warning is null ? warning : $"{advanced.Warning} {warning}" },
                MirrorOutcome.UpToDate same => same with { Warning = same.Warning is null ? warning : $"{same.Warning} {warning}" },
                _ => outcome,
            };
        }
    }

    private (long Epoch, CommitId? Commit) ReadLive()
    {
        try
        {
            return new FolderReader(_layout).ReadCurrent() is { } current ? (current.Epoch, current.Commit) : (0, null);
        }
        catch (Exception e) when (e is FastDataException or UnsupportedFormatException or IOException or UnauthorizedAccessException)
        {
            return (0, null);
        }
    }

    private async Task WaitAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (pause - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } left)
        {
            if (await _told.WaitAsync(left < LookForHints ? left : LookForHints, cancellationToken) || _hints.IsUp) return;
        }
    }
}
