using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Storage;
using LibGit2Sharp;

namespace Delivery.FastData.Git.Verifying;

/// <summary>
/// Looks at every file that CURRENT, a manifest or the object database covers, and mends what can be mended. Verifying takes no
/// lock and writes nothing; where a publish is under way it looks again, so that half a publish is not taken for damage.
/// </summary>
public sealed class FolderVerification
{
    private const int Attempts = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly FolderLayout _layout;
    private readonly TimeProvider _time;
    private readonly IDisk _disk;

    /// <param name="folder">The fast-data folder.</param>
    /// <param name="time">The clock of ages. Default: the system's.</param>
    /// <param name="disk">Where a repair writes. Default: this machine's file system.</param>
    public FolderVerification(string folder, TimeProvider? time = null, IDisk? disk = null) =>
        (_layout, _time, _disk) = (new FolderLayout(folder), time ?? TimeProvider.System, disk ?? new LocalDisk());

    /// <summary>How long a repair waits for another process that holds the folder. Default 30 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From which age a lock or temporary file of git is left over: younger ones may belong to a git that runs. Default 10 minutes.</summary>
    public TimeSpan LeftoverAge { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The file of allowed signers: kept manifests, and the commits since the oldest of them, must be signed by one of its keys. Default null: a
    /// signature that is there must fit what it signs.
    /// </summary>
    public string? AllowedSigners { get; init; }

    /// <summary>Signs again what a repair finds no good signature for. Default null: nothing is signed. It does nothing in a mirror.</summary>
    public SshSigner? Signer { get; init; }

    /// <summary>Looks at everything.</summary>
    /// <param name="progress">Told what is looked at now; null for nobody.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    /// <exception cref="FastDataException">This is no fast-data folder, or it has no history at all.</exception>
    /// <exception cref="UnsupportedFormatException">A newer version wrote the folder.</exception>
    public async Task<VerificationReport> VerifyAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var before = Snapshot();
            VerificationReport report;
            try
            {
                report = await LookAsync(progress, cancellationToken);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && attempt < Attempts)
            {
                continue; // a publish or a repack removed it between the listing and the look
            }
            if (report.Findings.Count == 0 || attempt == Attempts || (!IsBusy() && before.AsSpan().SequenceEqual(Snapshot()))) return report;
            progress?.Report("the folder is in use: looking again");
            for (var waited = TimeSpan.Zero; waited == TimeSpan.Zero || (IsBusy() && waited < LockTimeout); waited += Pause) await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    /// <summary>Mends what can be mended, under the folder's lock, and looks again. What it cannot mend stands in the report.</summary>
    /// <inheritdoc cref="VerifyAsync"/>
    /// <exception cref="FolderBusyException">Another process held the folder too long.</exception>
    public async Task<VerificationReport> RepairAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        using var held = await TakeLockAsync(cancellationToken);
        RequireReadable();
        var repair = new FolderRepair(_layout, _disk, _time, LeftoverAge, MirrorRecord.Read(_layout) is null ? Signer : null, AllowedSigners);
        try
        {
            await repair.RunAsync(progress, cancellationToken);
        }
        catch (Exception e) when (e is FastDataException or LibGit2SharpException)
        {
            repair.Done.Add($"stopped: {e.Message}");
        }
        return await LookAsync(progress, cancellationToken) with { Repairs = repair.Done, Quarantine = repair.Quarantine };
    }

    private async Task<VerificationReport> LookAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        RequireReadable();
        var findings = new List<Finding>();
        if (!Refs.HeadIsRight(_layout))
        {
            return new VerificationReport { Findings = [new(FindingKind.Ref, ".git/HEAD", $"it does not say 'ref: {MainRef.Name}', so git reads nothing of the repository", "'delivery verify --repair' writes it again; the rest can be looked at after that")] };
        }
        progress?.Report("packs and indexes");
        var files = new RepositoryFiles(_layout, _time, LeftoverAge);
        var damaged = files.CheckObjects(cancellationToken).ToList();
        findings.AddRange(damaged);
        findings.AddRange(files.Leftovers().Select(path => new Finding(FindingKind.Leftover, Path.GetRelativePath(_layout.Root, path), "a lock or temporary file that was left behind", "if no git runs on this repository, 'delivery verify --repair' removes it")));
        progress?.Report("objects (git fsck)");
        findings.AddRange((await Fsck.RunAsync(_layout, cancellationToken)).Findings);
        var report = new VerificationReport { Epoch = Refs.CurrentOrNull(_layout)?.Epoch ?? 0 };
        // libgit2 trusts the offsets in an index and can bring the process down with a damaged one, so it does not get to see it.
        if (damaged.Count > 0) return report with { Findings = [.. findings, .. WithoutHistory()] };
        progress?.Report("commits");
        try
        {
            using var truth = new HistoryTruth(_layout);
            var (tip, problem) = Refs.FindMain(_layout, _disk, truth);
            if (problem is not null) findings.Add(new(FindingKind.Ref, ".git/refs/heads/main", problem, tip is null ? "restore it from a copy or a mirror" : $"'delivery verify --repair' points it at {tip.Value.Short}, which CURRENT or a manifest names"));
            if (tip is not null)
            {
                if (truth.Walk(tip.Value) is { } broken) findings.Add(new(FindingKind.Chain, ".git/refs/heads/main", broken, "restore the history from a copy or a mirror"));
                progress?.Report("live files");
                var live = new LiveSide(_layout, truth);
                findings.AddRange(live.Check(tip.Value, cancellationToken));
                progress?.Report("signatures");
                findings.AddRange(await new SignatureLook(_layout, _disk, truth, AllowedSigners, _time).CheckAsync(tip.Value, cancellationToken));
                report = report with { Manifests = live.Manifests, LiveFiles = live.Named.Count, Commits = truth.Commits };
            }
        }
        catch (LibGit2SharpException e)
        {
            findings.Add(new(FindingKind.Objects, ".git", $"libgit2 cannot read it: {e.Message}", "see what is said of packs and objects"));
        }
        return report with { Findings = findings };
    }

    // What the chain of trust says alone: CURRENT, its manifest, the files that it names.
    private List<Finding> WithoutHistory()
    {
        var findings = new List<Finding>();
        try
        {
            var reader = new FolderReader(_layout);
            if (reader.ReadCurrent() is not { } current) return findings;
            foreach (var entry in reader.ReadManifest(current).Models)
            {
                var path = _layout.ModelPath(entry);
                if (!File.Exists(path) || ContentHash.Of(File.ReadAllBytes(path)) != entry.Content) findings.Add(new(FindingKind.LiveFile, Path.GetRelativePath(_layout.Root, path), "it is not what its manifest says", "'delivery verify --repair' writes it again from the history"));
            }
        }
        catch (Exception e) when (e is FastDataException or UnsupportedFormatException or FileNotFoundException)
        {
            findings.Add(new(FindingKind.Current, "CURRENT", e.Message, "'delivery verify --repair' writes it again from the history"));
        }
        return findings;
    }

    private void RequireReadable()
    {
        RepositorySetup.Check(_layout);
        if (!RepositorySetup.Exists(_layout)) throw new FastDataException($"{_layout.Root}: nothing was delivered into it yet.");
        if (!File.Exists(_layout.Current))
        {
            // A mirror's first fetch has not come to its end.
            if (MirrorRecord.Read(_layout) is { From: var from } && !(Directory.Exists(_layout.Manifests) && Directory.EnumerateFiles(_layout.Manifests).Any()) && StoredRef.Read(_layout.Repository, MainRef.Name) is null) throw new FastDataException($"{_layout.Root}: nothing of {from} was delivered into it yet.");
            return;
        }
        var content = File.ReadAllBytes(_layout.Current);
        try
        {
            CurrentPointer.Parse(content, _layout.Current);
        }
        catch (FastDataException)
        {
            // Told as a finding.
        }
        catch (UnsupportedFormatException) when (LiveSide.HasDamagedFormat(_layout, content))
        {
            // Told as a finding too.
        }
    }

    private async Task<IDisposable> TakeLockAsync(CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += Pause)
        {
            if (_disk.TryLock(_layout.Lock) is { } held) return held;
            if (waited > LockTimeout) throw new FolderBusyException($"{_layout.Lock}: another process has held the folder for {LockTimeout.TotalSeconds:0} s.");
            await Task.Delay(Pause, _time, cancellationToken);
        }
    }

    // A shared lock is refused while a writer holds its own, and costs a writer that comes in between one look more.
    private bool IsBusy()
    {
        try
        {
            using var probe = new FileStream(_layout.Lock, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private byte[] Snapshot() => [.. ReadOrNothing(_layout.Current), .. new[] { MainRef.Name, SignatureRef.Name }.SelectMany(name => ReadOrNothing(Path.Combine(_layout.Repository, name)))];

    private static byte[] ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
