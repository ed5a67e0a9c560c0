namespace Delivery.FastData.Storage;

/// <summary>What is done with a disk in the same steps everywhere.</summary>
public static class DiskExtensions
{
    /// <summary>Makes a file that is there with its whole content or not at all, and replaces one of that name. The name itself is durable only after <see cref="IDisk.SyncDirectory"/>.</summary>
    /// <param name="disk">Where.</param>
    /// <param name="path">Its name.</param>
    /// <param name="temporary">Its name until the content is durable, in the same file system; one that a crash left there goes.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="sealed">Whether it is made read-only.</param>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public static void WriteWhole(this IDisk disk, string path, string temporary, ReadOnlySpan<byte> content, bool @sealed = false)
    {
        disk.Delete(temporary);
        disk.Create(temporary, content, @sealed);
        disk.Rename(temporary, path, replace: true);
    }

    /// <summary>The same, and its name is durable too.</summary>
    /// <inheritdoc cref="WriteWhole"/>
    public static void WriteDurably(this IDisk disk, string path, string temporary, ReadOnlySpan<byte> content, bool @sealed = false)
    {
        disk.WriteWhole(path, temporary, content, @sealed);
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}
