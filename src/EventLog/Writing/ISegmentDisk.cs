namespace Delivery.EventLog.Writing;

/// <summary>The disk as the writer uses it: the seam where tests make it stall and fail. Called by one thread.</summary>
internal interface ISegmentDisk
{
    /// <summary>Makes a new file, and the directory when it is not there.</summary>
    /// <exception cref="IOException">There is one of this name, or the disk failed.</exception>
    ISegmentFile Create(string path);

    bool Exists(string path);

    void Rename(string from, string to);

    /// <summary>It is no error when the file is gone.</summary>
    void Delete(string path);

    /// <summary>Makes the names in a directory durable.</summary>
    void SyncDirectory(string path);

    /// <summary>Whether somebody holds the file open. A process holds what it writes until it dies.</summary>
    bool IsHeld(string path);
}

/// <summary>A file that grows.</summary>
internal interface ISegmentFile : IDisposable
{
    /// <summary>Writes at an offset, all or, when it throws, any part.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes what was written durable.</summary>
    void Sync();

    /// <summary>Removes what stands behind a length.</summary>
    void Cut(long length);
}
