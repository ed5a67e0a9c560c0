using System.Globalization;
using Delivery.FastData.Git.Publishing;

namespace Delivery.FastData.Git.Verifying;

/// <summary>Compares CURRENT, manifests and live files with what history says, and looks for what nothing names.</summary>
internal sealed class LiveSide(FolderLayout layout, HistoryTruth truth)
{
    private const string ByRepair = "'delivery verify --repair' writes it again from the history";
    private const string Removes = "'delivery verify --repair' removes it";
    private readonly List<Finding> _findings = [];

    /// <summary>What the kept manifests name, by file.</summary>
    public Dictionary<string, ManifestEntry> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>Manifests that were compared.</summary>
    public int Manifests { get; private set; }

    /// <param name="tip">The commit of main, or what takes its place while main cannot be read.</param>
    /// <param name="cancellationToken">Stops between two files.</param>
    public IReadOnlyList<Finding> Check(CommitId tip, CancellationToken cancellationToken)
    {
        var live = truth.ManifestOf(tip);
        if (live.Manifest is null) Add(FindingKind.LiveFile, layout.Models, $"the live generation cannot be compared with history: {live.Problem}", "see what is said of the objects");
        CheckCurrent(tip, live.Manifest);
        foreach (var path in FilesOf(layout.Manifests))
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckManifest(path, tip, live.Manifest);
        }
        if (live.Manifest is { } manifest)
        {
            Keep(manifest);
            if (!File.Exists(layout.ManifestPath(manifest.Epoch, tip))) Add(FindingKind.Manifest, layout.ManifestPath(manifest.Epoch, tip), "the manifest of the newest generation is not there", ByRepair);
        }
        CheckFiles(cancellationToken);
        return _findings;
    }

    /// <summary>Epoch and short commit of a manifest by its name; null for another name.</summary>
    public static (long Epoch, string Commit)? NameOf(string path) =>
        Path.GetExtension(path) == ".json" && Path.GetFileNameWithoutExtension(path).Split('-') is [var epoch, { Length: 8 } commit]
        && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? (number, commit) : null;

    /// <summary>Epoch and short commit of the manifest whose signature a file is by its name; null for another name.</summary>
    public static (long Epoch, string Commit)? SignedBy(string path) =>
        path.EndsWith(FolderLayout.SignatureSuffix, StringComparison.Ordinal) ? NameOf(path[..^FolderLayout.SignatureSuffix.Length]) : null;

    /// <summary>Whether the pointer names a format that no version has because a bit of it is damaged, and not because a newer version wrote it.</summary>
    public static bool HasDamagedFormat(FolderLayout layout, ReadOnlySpan<byte> content)
    {
        var space = content.IndexOf((byte)' ');
        if (space < 0) return false;
        try
        {
            var pointer = CurrentPointer.Parse((byte[])[.. "1"u8, .. content[space..]], layout.Current);
            return ContentHash.Of(File.ReadAllBytes(layout.ManifestPath(pointer.Epoch, pointer.Commit))) == pointer.Manifest;
        }
        catch (Exception e) when (e is FastDataException or IOException)
        {
            return false;
        }
    }

    private void CheckCurrent(CommitId tip, Manifest? live)
    {
        if (!File.Exists(layout.Current))
        {
            Add(FindingKind.Current, layout.Current, $"it is not there, and main is at {tip.Short}: readers see nothing", ByRepair);
            return;
        }
        var content = File.ReadAllBytes(layout.Current);
        try
        {
            var pointer = CurrentPointer.Parse(content, layout.Current);
            var expected = live is null ? null : new CurrentPointer(FolderLayout.Format, live.Epoch, tip, ContentHash.Of(live.ToBytes()));
            if (pointer == expected) return;
            if (pointer.Commit != tip && truth.CommitOf(pointer.Epoch) == pointer.Commit) Add(FindingKind.Current, layout.Current, $"it is at epoch {pointer.Epoch}, main is at {tip.Short}: a publish died before its last step", "the next 'delivery update' finishes it, and so does 'delivery verify --repair'");
            else if (expected is not null) Add(FindingKind.Current, layout.Current, $"it says epoch {pointer.Epoch}, commit {pointer.Commit}, manifest {pointer.Manifest.Short}; history says {expected.Epoch}, {expected.Commit}, {expected.Manifest.Short}", ByRepair);
        }
        catch (FastDataException e)
        {
            Add(FindingKind.Current, layout.Current, e.Message, ByRepair);
        }
        catch (UnsupportedFormatException e) when (HasDamagedFormat(layout, content))
        {
            Add(FindingKind.Current, layout.Current, $"it is damaged: {e.Message}", ByRepair);
        }
    }

    private void CheckManifest(string path, CommitId tip, Manifest? live)
    {
        if (NameOf(path) is not var (epoch, shortId))
        {
            if (Path.GetFileName(path).StartsWith(".tmp-", StringComparison.Ordinal)) Add(FindingKind.Leftover, path, "a file that was never finished", Removes);
            else if (SignedBy(path) is { } signed) CheckSignature(path, signed, tip);
            else Add(FindingKind.Stray, path, "a file that is none of Delivery", "move it out of the folder");
            return;
        }
        if (truth.CommitOf(epoch) is not { } commit || commit.Short != shortId)
        {
            // Where history is cut off, an older manifest has no commit to be compared with.
            if (epoch < truth.Oldest) return;
            Add(FindingKind.Leftover, path, "it belongs to no generation of the history", Removes);
            return;
        }
        Manifests++;
        var (expected, problem) = commit == tip && live is not null ? (live, null) : truth.ManifestOf(commit);
        if (expected is null) Add(FindingKind.Manifest, path, $"it cannot be compared with its commit: {problem}", "see what is said of the objects");
        else if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(expected.ToBytes())) Add(FindingKind.Manifest, path, $"it is not what commit {shortId} asks for", ByRepair);
        if (expected is not null) Keep(expected);
        CheckSealed(path);
    }

    // What it says is looked at elsewhere.
    private void CheckSignature(string path, (long Epoch, string Commit) signed, CommitId tip)
    {
        var ofTip = truth.CommitOf(signed.Epoch) == tip && tip.Short == signed.Commit;
        if (!ofTip && !File.Exists(Path.ChangeExtension(path, null))) Add(FindingKind.Leftover, path, "the manifest that it signs is not there", Removes);
        else CheckSealed(path);
    }

    private void Keep(Manifest manifest)
    {
        foreach (var entry in manifest.Models) Named[entry.File] = entry;
    }

    private void CheckFiles(CancellationToken cancellationToken)
    {
        foreach (var problem in Named.Values.AsParallel().AsOrdered().WithCancellation(cancellationToken).Select(Problem).OfType<Finding>()) _findings.Add(problem);
        foreach (var entry in Named.Values.Where(entry => File.Exists(layout.ModelPath(entry)))) CheckSealed(layout.ModelPath(entry));
        foreach (var path in FilesOf(layout.Models))
        {
            var name = Path.GetFileName(path);
            if (Named.ContainsKey(name)) continue;
            if (name.StartsWith(".tmp-", StringComparison.Ordinal)) Add(FindingKind.Leftover, path, "a file that was never finished", Removes);
            else if (name.EndsWith(TipState.ModelSuffix, StringComparison.Ordinal)) Add(FindingKind.Leftover, path, "no manifest names it", Removes);
            else Add(FindingKind.Stray, path, "a file that is none of Delivery", "move it out of the folder");
        }
        foreach (var path in Directory.EnumerateFileSystemEntries(layout.Root).Where(path => !RepositorySetup.IsOurs(Path.GetFileName(path)))) Add(FindingKind.Stray, path, "it is none of Delivery", "move it out of the folder");
        foreach (var path in Directory.EnumerateFiles(layout.Root, ".tmp-*")) Add(FindingKind.Leftover, path, "a file that was never finished", Removes);
        if (OperatingSystem.IsWindows()) return;
        foreach (var directory in new[] { layout.Root, layout.Models, layout.Manifests, layout.Repository }.Where(Directory.Exists))
        {
            if (File.GetUnixFileMode(directory).HasFlag(UnixFileMode.OtherWrite)) Add(FindingKind.Permission, directory, "everybody may write in it", $"chmod o-w {directory}");
        }
    }

    private Finding? Problem(ManifestEntry entry)
    {
        var path = layout.ModelPath(entry);
        try
        {
            var content = File.ReadAllBytes(path);
            return ContentHash.Of(content) is var found && found == entry.Content ? null
                : Make(FindingKind.LiveFile, path, $"its SHA-256 is {found} over {content.Length} bytes; expected {entry.Content} over {entry.Length}", ByRepair);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Make(FindingKind.LiveFile, path, e is FileNotFoundException or DirectoryNotFoundException ? "it is not there" : $"it cannot be read: {e.Message}", ByRepair);
        }
    }

    private void CheckSealed(string path)
    {
        const UnixFileMode write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & write) != UnixFileMode.None) Add(FindingKind.Permission, path, "it is not sealed: it can be written in place, under readers that map it", "'delivery verify --repair' seals it");
    }

    private static IEnumerable<string> FilesOf(string directory) => Directory.Exists(directory) ? Directory.GetFiles(directory).Order(StringComparer.Ordinal) : Array.Empty<string>();

    private void Add(FindingKind kind, string path, string problem, string mend) => _findings.Add(Make(kind, path, problem, mend));

    private Finding Make(FindingKind kind, string path, string problem, string mend) => new(kind, Path.GetRelativePath(layout.Root, path), problem, mend);
}
