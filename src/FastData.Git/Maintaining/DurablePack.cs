using Delivery.FastData.Git.Objects;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>Packs of maintenance, hot and cold.</summary>
internal static class DurablePack
{
    /// <summary>What the names of half-written files of maintenance begin with; git passes over them too.</summary>
    public const string TemporaryPrefix = "tmp_maintain_";

    /// <summary>Writes a pack and then its index, durably, and reads both back.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="folder">The folder <c>pack</c> of an object directory.</param>
    /// <param name="temporaryFolder">Where it stands until it has its name, in the same file system.</param>
    /// <param name="pack">The pack.</param>
    /// <exception cref="FastDataException">What was read back is not what was written.</exception>
    public static void Write(IDisk disk, string folder, string temporaryFolder, Pack pack)
    {
        // git takes a pack for there once its index is.
        foreach (var (suffix, content) in new[] { (".pack", pack.Content), (".idx", pack.Index) })
        {
            var path = Path.Combine(folder, pack.Name + suffix);
            disk.WriteWhole(path, Path.Combine(temporaryFolder, TemporaryPrefix + pack.Name + suffix), content.Span, @sealed: true);
            if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(content.Span)) throw new FastDataException($"{path}: what was read back is not what was written. Is the disk failing?");
        }
        disk.SyncDirectory(folder);
    }
}
