using Delivery.FastData.Git.Objects;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>One pack of the hot repository.</summary>
/// <param name="Name"><c>pack-…</c>, without an ending.</param>
/// <param name="Bytes">Of the pack alone.</param>
/// <param name="Index">The ids in it.</param>
internal sealed record HotPack(string Name, long Bytes, PackIndex Index);

/// <summary>The packs in <c>.git/objects/pack</c> that maintenance may replace: those without a <c>.keep</c>.</summary>
internal sealed class HotPacks(FolderLayout layout, IDisk disk)
{
    public string Folder => Path.Combine(layout.Repository, "objects", "pack");

    /// <summary>
    /// Packs of generations that are delivered, oldest first. A publish sets its <c>.keep</c> before the pack is there and takes it
    /// away when main has moved, so a pack without one is delivered; it takes no lock to know that.
    /// </summary>
    public List<HotPack> List()
    {
        var packs = new List<(HotPack Pack, DateTime Time)>();
        foreach (var index in Directory.EnumerateFiles(Folder, "*.idx").ToList())
        {
            var pack = new FileInfo(Path.ChangeExtension(index, ".pack"));
            if (!pack.Exists || File.Exists(Path.ChangeExtension(index, ".keep"))) continue;
            packs.Add((new HotPack(Path.GetFileNameWithoutExtension(index), pack.Length, PackIndex.Read(index)), pack.LastWriteTimeUtc));
        }
        return [.. packs.OrderBy(pack => pack.Time).ThenBy(pack => pack.Pack.Name, StringComparer.Ordinal).Select(pack => pack.Pack)];
    }

    /// <summary>How many packs there are, kept ones included, and their bytes.</summary>
    public (int Count, long Bytes) Measure()
    {
        var packs = new DirectoryInfo(Folder).EnumerateFiles("*.pack").ToList();
        return (packs.Count, packs.Sum(pack => pack.Length));
    }

    public HotPack Read(string name) =>
        new(name, new FileInfo(Path.Combine(Folder, name + ".pack")).Length, PackIndex.Read(Path.Combine(Folder, name + ".idx")));

    /// <summary>Writes a pack of ours durably.</summary>
    public HotPack Write(Pack pack)
    {
        DurablePack.Write(disk, Folder, layout.Repository, pack);
        return Read(pack.Name);
    }

    /// <summary>Removes packs. Needs the folder's lock; every object of theirs stands elsewhere.</summary>
    public void Remove(IEnumerable<HotPack> packs)
    {
        // An index over several packs names those that go; git makes do without it.
        foreach (var path in Directory.EnumerateFiles(Folder, "multi-pack-index*")) disk.Delete(path);
        foreach (var pack in packs)
        {
            // Without its index a pack is no longer looked into.
            disk.Delete(Path.Combine(Folder, pack.Name + ".idx"));
            foreach (var path in Directory.EnumerateFiles(Folder, pack.Name + ".*")) disk.Delete(path);
        }
        disk.SyncDirectory(Folder);
    }

    /// <summary>Removes half-written files: ours, as no other run is under way, and those of a git that died long ago.</summary>
    public int Sweep(DateTime gitLeftBefore)
    {
        var left = Directory.EnumerateFiles(layout.Repository, DurablePack.TemporaryPrefix + "*")
            .Concat(Directory.EnumerateFiles(Folder, "tmp_*").Where(path => File.GetLastWriteTimeUtc(path) < gitLeftBefore))
            .Concat(Directory.EnumerateFiles(Folder, ".tmp-*").Where(path => File.GetLastWriteTimeUtc(path) < gitLeftBefore))
            .Concat(Directory.EnumerateFiles(Folder, "*.pack").Where(path => !File.Exists(Path.ChangeExtension(path, ".idx")) && !File.Exists(Path.ChangeExtension(path, ".keep")) && File.GetLastWriteTimeUtc(path) < gitLeftBefore))
            .ToList();
        foreach (var path in left) disk.Delete(path);
        return left.Count;
    }
}
