namespace Delivery.FastData.Storage;

/// <summary>
/// Every operation by which a folder is changed, each one a place where a process can die or a disk can fail: the seam where
/// tests do both. Implementations are safe for concurrent use.
/// </summary>
public interface IDisk
{
    /// <summary>Makes a new file with this content, durable when the call returns. A crash leaves no file or any part of it, so what matters is written under a temporary name and renamed.</summary>
    /// <param name="path">Must not exist yet.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="sealed">Whether the file is made read-only, as all that readers map.</param>
    /// <exception cref="IOException">It exists, or the disk failed or is full.</exception>
    void Create(string path, ReadOnlySpan<byte> content, bool @sealed);

    /// <summary>Gives a file its final name. The new name is durable only after <see cref="SyncDirectory"/>.</summary>
    /// <param name="from">The file.</param>
    /// <param name="to">Its new name in the same file system.</param>
    /// <param name="replace">Whether a file of that name is replaced; when false and there is one, the call fails and changes nothing.</param>
    void Rename(string from, string to, bool replace);

    /// <summary>Removes a file; it is no error when it is gone already.</summary>
    void Delete(string path);

    /// <summary>Makes a directory and its parents; it is no error when it exists.</summary>
    void CreateDirectory(string path);

    /// <summary>Makes the names in a directory durable. Does nothing on Windows, whose file systems journal names.</summary>
    void SyncDirectory(string path);

    /// <summary>Takes a lock that the death of this process frees; null when another holder has it.</summary>
    /// <exception cref="IOException">The lock cannot be taken at all, as on a read-only file system.</exception>
    IDisposable? TryLock(string path);
}
