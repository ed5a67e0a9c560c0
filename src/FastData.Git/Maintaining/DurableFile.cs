using Delivery.FastData.Git.Objects;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>Files that are there with their whole content after a crash, or not at all.</summary>
internal static class DurableFile
{
    /// <summary>What the names of half-written files of maintenance begin with; git passes over them too.</summary>
    public const string TemporaryPrefix = "tmp_maintain_";

    /// <summary>Writes a file and its name durably.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="path">The final name; replaced if there.</param>
    /// <param name="temporary">The name until then, in the same file system.</param>
    /// <param name="content">The whole content.</param>
    public static void Replace(IDisk disk, string path, string temporary, ReadOnlySpan<byte> content)
    {
        Write(disk, path, temporary, content, @sealed: false);
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes a pack and then its index, durably, and reads both back.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="folder">The folder <c>pack</c> of an object directory.</param>
    /// <param name="temporaryFolder">Where it stands until it has its name, in the same file system.</param>
    /// <param name="pack">The pack.</param>
    /// <exception cref="FastDataException">What was read back is not what was written.</exception>
    public static void WritePack(IDisk disk, string folder, string temporaryFolder, Pack pack)
    {
        // git takes a pack for there once its index is.
        foreach (var (suffix, content) in new[] { (".pack", pack.Content), (".idx", pack.Index) })
        {
            var path = Path.Combine(folder, pack.Name + suffix);
            Write(disk, path, Path.Combine(temporaryFolder, TemporaryPrefix + pack.Name + suffix), content.Span, @sealed: true);
            if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(content.Span)) throw new FastDataException($"{path}: what was read back is not what was written. Is the disk failing?");
        }
        disk.SyncDirectory(folder);
    }

    private static void Write(IDisk disk, string path, string temporary, ReadOnlySpan<byte> content, bool @sealed)
    {
        disk.Delete(temporary);
        disk.Create(temporary, content, @sealed);
        disk.Rename(temporary, path, replace: true);
    }
}
