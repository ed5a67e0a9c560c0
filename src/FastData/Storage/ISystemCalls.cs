namespace Delivery.FastData.Storage;

/// <summary>
/// What <see cref="LocalDisk"/> asks of the operating system to change files, one system call a member, so that a test can die, fail or
/// cut the power at every boundary. Implementations are safe for concurrent use and throw what the framework throws.
/// </summary>
public interface ISystemCalls
{
    /// <summary>Whether the rules of Windows hold: a read-only or mapped file is neither deleted nor replaced, an open one only if all who have it open allow it, and names are durable by themselves.</summary>
    bool WindowsRules { get; }

    /// <summary>Makes a new empty file, which a sealed one may only be written through this handle.</summary>
    FileStream Create(string path, bool @sealed);

    void Write(FileStream file, ReadOnlySpan<byte> content);

    /// <summary>Makes the content durable.</summary>
    void Sync(FileStream file);

    /// <summary>Gives a file a new name, in place of the file that has it where <paramref name="replace"/> says so.</summary>
    void Rename(string from, string to, bool replace);

    /// <summary>Gives a file a second name, which must be free. Not on Windows.</summary>
    void Link(string from, string to);

    /// <summary>Takes a name away; none is needed.</summary>
    void Unlink(string path);

    /// <summary>Makes one directory in one that exists; it may exist already.</summary>
    void MakeDirectory(string path);

    /// <summary>Makes the names in a directory durable. Not on Windows.</summary>
    void SyncDirectory(string path);

    /// <summary>Sets or clears the mark that Windows honours; Unix has the mode of <see cref="Create"/>.</summary>
    void SetReadOnly(string path, bool readOnly);

    /// <summary>Opens a file for nobody else, making it where it is missing.</summary>
    FileStream Lock(string path);
}
