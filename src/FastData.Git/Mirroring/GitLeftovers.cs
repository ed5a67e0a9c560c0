using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// Removes what a git process that died has left in the repository: locks, which would stop every later run, temporary files,
/// and a boundary of the shallow history that does not fit its objects. Needs the mirror's lock.
/// </summary>
internal sealed class GitLeftovers(FolderLayout layout, IDisk disk, TimeProvider time)
{
    /// <summary>A lock of a git process that is not ours is left alone while it is younger than this.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Between the note of a process and the first file that it makes clocks may differ by their grain.
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    private static readonly string[] Locks = ["shallow.lock", "config.lock", "packed-refs.lock", "index.lock", "HEAD.lock", "FETCH_HEAD.lock", "gc.pid", "gc.pid.lock"];

    /// <summary>Cleans up.</summary>
    /// <returns>Locks that are too young to be taken for leavings, each with its age, for people; empty when nothing is in the way.</returns>
    public IReadOnlyList<string> Clean()
    {
        var run = new GitRun(layout);
        var orphan = run.EndOrphan();
        var now = time.GetUtcNow();
        var held = new List<string>();
        foreach (var (path, isLock) in Candidates())
        {
            var file = new FileInfo(path);
            if (!file.Exists) continue;
            var made = new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero);
            if (made >= orphan - Grain || now - made > Patience) disk.Delete(path);
            else if (isLock) held.Add($"{path}: a git process made it {Math.Max(0, (now - made).TotalSeconds):0} s ago. If none runs any more, it is removed once it is a minute old");
        }
        if (orphan is not null) run.End();
        RepairHistory();
        return held;
    }

    private IEnumerable<(string Path, bool IsLock)> Candidates()
    {
        var git = layout.Repository;
        foreach (var name in Locks) yield return (Path.Combine(git, name), true);
        foreach (var path in Enumerate("refs", "*.lock", SearchOption.AllDirectories)) yield return (path, true);
        foreach (var path in Enumerate("objects/info", "*.lock", SearchOption.AllDirectories)) yield return (path, true);
        foreach (var path in Enumerate("objects", "maintenance.lock", SearchOption.TopDirectoryOnly)) yield return (path, true);
        foreach (var path in Enumerate("", "shallow_*", SearchOption.TopDirectoryOnly)) yield return (path, false);
        foreach (var path in Enumerate("objects", "tmp_*", SearchOption.AllDirectories)) yield return (path, false);
        foreach (var path in Enumerate("objects/pack", ".tmp-*", SearchOption.TopDirectoryOnly)) yield return (path, false);
        foreach (var path in Enumerate("objects/pack", "*.keep", SearchOption.TopDirectoryOnly).Where(IsOfFetch)) yield return (path, false);
        foreach (var path in Enumerate("objects/pack", "pack-*.*", SearchOption.TopDirectoryOnly).Where(IsWithoutIndex)) yield return (path, false);
    }

    private List<string> Enumerate(string folder, string pattern, SearchOption depth)
    {
        var path = Path.Combine(layout.Repository, folder);
        return Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, pattern, depth)] : [];
    }

    // git keeps a pack from being dropped while it fetches; after its death nobody would ever repack it.
    private static bool IsOfFetch(string keep) => File.ReadAllText(keep) is var text && text.StartsWith("fetch-pack ", StringComparison.Ordinal);

    // The index comes last; without it git does not see the pack.
    private static bool IsWithoutIndex(string path) =>
        Path.GetExtension(path) is ".pack" or ".rev" && !File.Exists(Path.ChangeExtension(path, ".idx")) && !File.Exists(Path.ChangeExtension(path, ".keep"));

    // git gives up on a line that is no id, and on a commit whose parent is not there unless this file names it.
    private void RepairHistory()
    {
        if (!File.Exists(Path.Combine(layout.Repository, "HEAD"))) return;
        var boundary = ShallowFile.Read(layout, out var isDamaged);
        using var git = new GitReader(layout);
        DropIncomingIfDamaged(git);
        DropSignaturesIfDamaged();
        var refs = Enumerate("refs/delivery", "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(layout.Repository, path).Replace('\\', '/'));
        var missing = refs.Append(MainRef.Name).Append(RemoteFetch.Incoming).Distinct().Select(name => StoredRef.Read(layout.Repository, name)).OfType<CommitId>()
            .Select(tip => EndOf(git, tip, boundary)).OfType<CommitId>().ToList();
        if (isDamaged || missing.Count > 0) ShallowFile.Write(layout, disk, boundary.Concat(missing).Distinct());
    }

    // It is only a copy of what the remote has; git would not fetch over it.
    private void DropIncomingIfDamaged(GitReader git)
    {
        var path = Path.Combine(layout.Repository, RemoteFetch.Incoming);
        if (File.Exists(path) && (StoredRef.Read(layout.Repository, RemoteFetch.Incoming) is not { } id || git.TryCommit(id) is null)) disk.Delete(path);
    }

    // The remote has them too, and git fetches nothing while a ref names what is not there.
    private void DropSignaturesIfDamaged()
    {
        var path = Path.Combine(layout.Repository, SignatureRef.Name);
        if (File.Exists(path) && !new SignatureRef(layout, disk).IsReadable) disk.Delete(path);
    }

    // The commit at which a line of first parents breaks off; null when it ends as it should.
    private static CommitId? EndOf(GitReader git, CommitId tip, HashSet<CommitId> boundary)
    {
        if (git.TryCommit(tip) is not { } commit) return null;
        while (!boundary.Contains(CommitId.Parse(commit.Sha)) && GitReader.FirstParent(commit) is { } parent)
        {
            if (git.TryCommit(parent) is not { } next) return CommitId.Parse(commit.Sha);
            commit = next;
        }
        return null;
    }
}
