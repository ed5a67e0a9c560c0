using System.Text;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>
/// The cold directory: <c>COLD</c>, which tells it from an empty mount point, and one object directory a month,
/// <c>2026-11/objects/pack/</c>, each of which <c>objects/info/alternates</c> of the hot repository names.
/// </summary>
internal sealed class ColdSide(FolderLayout layout, string root, IDisk disk)
{
    private const string Objects = "objects";

    private readonly Dictionary<string, List<PackIndex>> _indexes = [];

    private string Marker => Path.Combine(root, "COLD");

    private string Alternates => AlternatesOf(layout);

    public string Root => root;

    /// <summary>Whether it was there once and is not now, as a disk that is not mounted.</summary>
    public bool IsAway => !File.Exists(Marker) && ReadAlternates(layout).Any(line => line.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    /// <summary>Bytes of its packs; 0 while it is away.</summary>
    public long Bytes => Directory.Exists(root) ? new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;

    /// <summary>The object directories that history is spread over besides the hot one, as git is told of them; there or not.</summary>
    public static IReadOnlyList<string> ReadAlternates(FolderLayout layout) =>
        File.Exists(AlternatesOf(layout)) ? [.. File.ReadAllText(AlternatesOf(layout)).Split('\n').Where(line => line.Length > 0 && line[0] != '#')] : [];

    /// <summary>Whether a month's packs have an object.</summary>
    public bool Holds(string month, GitId id) => IndexesOf(month).Exists(index => index.Contains(id));

    /// <summary>Whether the packs of any month that is there have an object.</summary>
    public bool Holds(GitId id) => Months().Any(month => Holds(month, id));

    /// <summary>Months that are there.</summary>
    public IEnumerable<string> Months() => Directory.Exists(root)
        ? Directory.EnumerateDirectories(root).Where(path => Directory.Exists(Path.Combine(path, Objects, "pack"))).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
        : [];

    /// <summary>Makes a pack of a month durable and reads it back. Its index path is given.</summary>
    public string Write(string month, Pack pack)
    {
        CreateDirectories(month);
        var folder = PackFolder(month);
        DurablePack.Write(disk, folder, Path.Combine(root, month), pack);
        var index = Path.Combine(folder, pack.Name + ".idx");
        IndexesOf(month).Add(PackIndex.Read(index));
        return index;
    }

    /// <summary>Names every month that is there to git. Lines for months that are not there stay, so that they work again once they are back.</summary>
    public void Join()
    {
        var before = ReadAlternates(layout);
        var there = Months().Select(month => Path.Combine(root, month, Objects)).ToList();
        // A cold side that has moved as a whole leaves lines that lead nowhere.
        var moved = before.Where(line => !Directory.Exists(line) && there.Exists(path => !path.Equals(line, StringComparison.Ordinal) && Ending(path) == Ending(line)));
        var after = before.Except(moved).Union(there).ToList();
        if (after.SequenceEqual(before)) return;
        disk.CreateDirectory(Path.GetDirectoryName(Alternates)!);
        disk.WriteDurably(Alternates, Path.Combine(layout.Repository, DurablePack.TemporaryPrefix + "alternates"), Encoding.UTF8.GetBytes(string.Join('\n', after) + "\n"));
    }

    /// <summary>Removes what a run that died has left half-written.</summary>
    public int Sweep()
    {
        if (!Directory.Exists(root)) return 0;
        var left = Directory.EnumerateFiles(root, DurablePack.TemporaryPrefix + "*", SearchOption.AllDirectories).ToList();
        foreach (var path in left) disk.Delete(path);
        return left.Count;
    }

    private static string AlternatesOf(FolderLayout layout) => Path.Combine(layout.Repository, Objects, "info", "alternates");

    // git takes the carriage return of another system's editor for a part of the path; a line may be anything.
    private static string Ending(string path) => string.Join('/', path.TrimEnd('\r').Split('/', '\\').TakeLast(2));

    private string PackFolder(string month) => Path.Combine(root, month, Objects, "pack");

    private void CreateDirectories(string month)
    {
        if (Directory.Exists(PackFolder(month))) return;
        disk.CreateDirectory(PackFolder(month));
        foreach (var made in new[] { Path.Combine(root, month, Objects), Path.Combine(root, month), root, Path.GetDirectoryName(root)! }) disk.SyncDirectory(made);
        if (!File.Exists(Marker)) disk.WriteDurably(Marker, Path.Combine(root, DurablePack.TemporaryPrefix + "COLD"), "Old weights of a fast-data folder. Packs by month; each month may be archived by itself.\n"u8);
    }

    private List<PackIndex> IndexesOf(string month)
    {
        if (_indexes.TryGetValue(month, out var known)) return known;
        var folder = PackFolder(month);
        // A crash can leave a pack without its index, never an index without its pack.
        return _indexes[month] = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.idx").Where(path => File.Exists(Path.ChangeExtension(path, ".pack"))).Select(PackIndex.Read)] : [];
    }
}
