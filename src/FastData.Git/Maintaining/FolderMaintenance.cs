using Delivery.FastData.Git.Programs;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>
/// Keeps a folder small and quick, off the publish path: old weights move to the cold side, packs are put together, what is
/// left over goes. Commits, trees, cards and control files stay hot for ever, and no commit id changes.
/// </summary>
/// <remarks>
/// <para>A crash anywhere leaves every object readable, and the next run goes on. The order is: packs of the cold side, durable,
/// read back and judged by git; then the line of the month in <c>objects/info/alternates</c>; then the new hot packs, judged too;
/// then, under the folder's lock, the old hot packs go. Nothing is removed on the word of a note: before a pack goes, each
/// object of it is looked for in the indexes of what stays.</para>
/// <para>Publishes run beside it. It replaces only packs without a <c>.keep</c>, and a publish has its <c>.keep</c> from before its
/// pack is there until main has moved, so it never loses a pack. The folder's lock is taken only to remove old packs and old
/// live files; a second maintenance waits for nobody and says that one is under way.</para>
/// <para>Dense floats make no deltas, so packs of weights are written by the small writer of publishes, stored as they are. Trees
/// and cards do, and <c>git pack-objects</c> packs them, told their paths.</para>
/// </remarks>
public sealed class FolderMaintenance
{
    private static readonly TimeSpan LeftByGit = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(2);

    private readonly FolderLayout _layout;
    private readonly TimeProvider _time;
    private readonly IDisk _disk;
    private readonly MaintenanceOptions _options;
    private readonly GitCommand _git;
    private readonly HotPacks _hot;

    /// <param name="folder">The fast-data folder.</param>
    /// <param name="options">What is kept and how much is done.</param>
    /// <param name="time">The clock against which ages count. Default: the system's.</param>
    /// <param name="disk">Where files are written. Default: this machine's file system.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> have problems.</exception>
    public FolderMaintenance(string folder, MaintenanceOptions options, TimeProvider? time = null, IDisk? disk = null)
    {
        if (string.Join('\n', options.Problems()) is { Length: > 0 } problems) throw new ArgumentException($"Maintenance cannot work so:\n{problems}", nameof(options));
        (_layout, _options, _time, _disk) = (new FolderLayout(folder), options, time ?? TimeProvider.System, disk ?? new LocalDisk());
        _git = new GitCommand(_layout.Repository) { Program = options.GitProgram, Timeout = LongestCall };
        _hot = new HotPacks(_layout, _disk);
    }

    /// <summary>One bounded run.</summary>
    /// <param name="dryRun">Only says what would move, and writes nothing.</param>
    /// <param name="cancellationToken">Stops it between steps; what is done stays done.</param>
    /// <exception cref="FolderBusyException">Another maintenance is under way, or a publish held the folder too long.</exception>
    /// <exception cref="FastDataException">The folder is damaged, or git failed; nothing is lost.</exception>
    public async Task<MaintenanceReport> RunAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        RepositorySetup.Check(_layout);
        if (!RepositorySetup.Exists(_layout) || new MainRef(_layout, _disk).Read() is not { } tip) return new MaintenanceReport { DryRun = dryRun };
        using var alone = _disk.TryLock(Path.Combine(_layout.Repository, "MAINTAIN"))
            ?? throw new FolderBusyException($"{_layout.Root}: another maintenance is under way.");

        var cold = new ColdSide(_layout, _options.ColdOf(_layout), _disk);
        var before = _hot.Measure();
        var report = new MaintenanceReport { DryRun = dryRun, PacksBefore = before.Count, HotBytesBefore = before.Bytes };
        var swept = dryRun ? 0 : _hot.Sweep((_time.GetUtcNow() - LeftByGit).UtcDateTime) + (cold.IsAway ? 0 : cold.Sweep());
        report = await MoveAndRepackAsync(report, cold, tip, cancellationToken);
        if (!dryRun)
        {
            await WriteCommitGraphAsync(cancellationToken);
            report = report with { FilesRemoved = swept + RetireLiveFiles(cancellationToken) };
        }
        var after = _hot.Measure();
        return report with { PacksAfter = after.Count, HotBytesAfter = after.Bytes, ColdBytes = cold.Bytes, DurationSeconds = _time.GetElapsedTime(started).TotalSeconds };
    }

    private async Task<MaintenanceReport> MoveAndRepackAsync(MaintenanceReport report, ColdSide cold, CommitId tip, CancellationToken cancellationToken)
    {
        var packs = _hot.List();
        tip = new MainRef(_layout, _disk).Read() ?? tip; // read after the packs, so that it has each of them
        var state = await ForgetWhatIsGoneAsync(MaintenanceState.Load(_layout), tip, packs, cancellationToken);
        var old = await OldWeights.FindAsync(_git, tip, Commit(state.ColdUntil), _time.GetUtcNow() - _options.KeepWeights, _options.MaxCommits, cancellationToken);
        var move = new ColdMove(_layout, cold, _git, _options.MaxBytes);
        if (report.DryRun) return await move.LookAsync(report, packs, old, cancellationToken);

        var away = cold.IsAway;
        var pending = state.PendingIds();
        if (away)
        {
            report = report with { Warnings = [$"The cold side {cold.Root} is away: no weights were moved. Mount it, or say where it is (history.cold)."] };
        }
        else
        {
            report = await move.RunAsync(report, packs, old, cancellationToken);
            cold.Join();
            pending.UnionWith(move.Moved);
            state = state with { ColdUntil = move.Done && old.Until is { } until ? until.Hex : state.ColdUntil, Pending = [.. pending.Except(old.Needed).Select(id => id.Hex)] };
            state.Save(_layout, _disk);
        }
        cancellationToken.ThrowIfCancellationRequested();
        pending = away ? [] : [.. state.PendingIds().Except(old.Needed).Where(cold.Holds)];
        var repack = new Repack(_layout, _disk, _git, _hot, _options);
        return await repack.RunAsync(report, state, packs, tip, pending, cold.Holds, cancellationToken);
    }

    // A restored or rewritten history, or packs that somebody else put together: what is noted of them counts no more.
    private async Task<MaintenanceState> ForgetWhatIsGoneAsync(MaintenanceState state, CommitId tip, List<HotPack> packs, CancellationToken cancellationToken)
    {
        var names = packs.Select(pack => pack.Name).ToHashSet();
        var known = state with { Weights = [.. state.Weights.Where(names.Contains)], History = [.. state.History.Where(names.Contains)] };
        if (known.Weights.Count < state.Weights.Count || known.History.Count < state.History.Count) known = known with { PackedUntil = null };
        return known with { ColdUntil = await IfAncestorAsync(known.ColdUntil, tip, cancellationToken), PackedUntil = await IfAncestorAsync(known.PackedUntil, tip, cancellationToken) };
    }

    private async Task<string?> IfAncestorAsync(string? commit, CommitId tip, CancellationToken cancellationToken) =>
        Commit(commit) is { } id && (await _git.TryRunAsync(["merge-base", "--is-ancestor", id.Hex, tip.Hex], cancellationToken)).ExitCode == 0 ? id.Hex : null;

    private static CommitId? Commit(string? hex) => CommitId.TryParse(hex, out var id) ? id : null;

    // With the paths that each commit changed, so that 'git log -- models/NAME.json' skips the others.
    private Task<string> WriteCommitGraphAsync(CancellationToken cancellationToken) =>
        _git.RunAsync(["commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"], cancellationToken);

    private int RetireLiveFiles(CancellationToken cancellationToken)
    {
        using var held = FolderLock.Take(_layout, _disk, _options.LockTimeout, cancellationToken);
        var removed = new GenerationFiles(_layout, _disk).DeleteTemporaries();
        return new FolderReader(_layout).ReadCurrent() is not { } live ? removed
            : removed + new Retirement(_layout, _disk, _time) { KeepGenerations = _options.KeepGenerations }.Clean(live);
    }
}
