using Delivery.FastData.Git.Objects;

namespace Delivery.FastData.Git.Verifying;

/// <summary>The files of the repository one by one: packs, what belongs to them, what was left behind.</summary>
internal sealed class RepositoryFiles(FolderLayout layout, TimeProvider time, TimeSpan leftoverAge)
{
    private const string ByRepair = "'delivery verify --repair' mends it";
    private const int HashBytes = 20;

    public string PackFolder => Path.Combine(layout.Repository, "objects", "pack");

    /// <summary>Every pack that has a <c>.pack</c> or an <c>.idx</c>, without the extension.</summary>
    public IReadOnlyList<string> Packs => Directory.Exists(PackFolder)
        ? [.. Directory.EnumerateFiles(PackFolder, "pack-*").Where(path => Path.GetExtension(path) is ".pack" or ".idx").Select(path => Path.ChangeExtension(path, null)).Distinct().Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Files that git can do without, since they follow from the packs.</summary>
    public IEnumerable<string> Derived
    {
        get
        {
            var info = Path.Combine(layout.Repository, "objects", "info");
            var graphs = Path.Combine(info, "commit-graphs");
            var packs = !Directory.Exists(PackFolder) ? [] : Directory.EnumerateFiles(PackFolder).Where(path => Path.GetExtension(path) is ".rev" or ".bitmap" || Path.GetFileName(path) == "multi-pack-index");
            return packs.Concat(Directory.Exists(graphs) ? Directory.EnumerateFiles(graphs, "*.graph") : [])
                .Concat(File.Exists(Path.Combine(info, "commit-graph")) ? [Path.Combine(info, "commit-graph")] : []);
        }
    }

    /// <summary>Damaged and half-written files of the object database.</summary>
    public IEnumerable<Finding> CheckObjects(CancellationToken cancellationToken)
    {
        foreach (var pack in Packs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!File.Exists(pack + ".pack")) yield return Objects(pack + ".idx", "an index without its pack", $"{ByRepair}, if the pack's objects are elsewhere; else restore the pack from a copy or a mirror");
            else if (!Checksum.IsWhole(pack + ".pack")) yield return Objects(pack + ".pack", "the pack does not have the checksum at its end", $"{ByRepair}: what can be read is saved");
            if (!File.Exists(pack + ".idx")) yield return Objects(pack + ".pack", "a pack without its index", ByRepair);
            else if (!Checksum.IsWhole(pack + ".idx") || !BelongsTogether(pack)) yield return Objects(pack + ".idx", "the index does not have the checksum at its end, or belongs to another pack", $"{ByRepair}: it is made again from the pack");
        }
        foreach (var path in Derived.Where(path => !Checksum.IsWhole(path))) yield return Objects(path, "the file does not have the checksum at its end", $"{ByRepair}: git makes it again");
    }

    /// <summary>Locks and temporary files that nobody can still be working on.</summary>
    public IEnumerable<string> Leftovers()
    {
        var limit = (time.GetUtcNow() - leftoverAge).UtcDateTime;
        return Directory.EnumerateFiles(layout.Repository, "*", SearchOption.AllDirectories)
            .Where(path => !InQuarantine(path) && IsTemporary(path) && File.GetLastWriteTimeUtc(path) <= limit);
    }

    /// <summary>Whether a pack and its index were made for each other.</summary>
    public static bool BelongsTogether(string pack)
    {
        if (!File.Exists(pack + ".pack")) return true; // told as what it is
        using var content = File.OpenRead(pack + ".pack");
        using var index = File.OpenRead(pack + ".idx");
        if (content.Length < HashBytes || index.Length < 2 * HashBytes) return false;
        Span<byte> ofPack = stackalloc byte[HashBytes], inIndex = stackalloc byte[HashBytes];
        content.Seek(-HashBytes, SeekOrigin.End);
        content.ReadExactly(ofPack);
        index.Seek(-2 * HashBytes, SeekOrigin.End);
        index.ReadExactly(inIndex);
        return ofPack.SequenceEqual(inIndex);
    }

    private static bool IsTemporary(string path)
    {
        var name = Path.GetFileName(path);
        return name.EndsWith(".lock", StringComparison.Ordinal) || name.StartsWith("tmp_", StringComparison.Ordinal) || name.StartsWith(".tmp-", StringComparison.Ordinal)
            || name.EndsWith(".tmp", StringComparison.Ordinal);
    }

    private bool InQuarantine(string path) => Path.GetRelativePath(layout.Repository, path).StartsWith(DamagedFiles.Prefix, StringComparison.Ordinal);

    private Finding Objects(string path, string problem, string mend) => new(FindingKind.Objects, Path.GetRelativePath(layout.Root, path), problem, mend);
}
