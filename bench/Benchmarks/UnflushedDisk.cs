using Delivery.FastData.Storage;

namespace Delivery.Benchmarks;

/// <summary>
/// The real file system without waiting for the device. For scenarios of many thousand publishes that ask how the work grows: the
/// waits are the same at the end as at the start, so with them growth would show less, and the run would take hours.
/// </summary>
internal sealed class UnflushedDisk : IDisk
{
    private readonly LocalDisk _disk = new();

    public void Create(string path, ReadOnlySpan<byte> content, bool @sealed)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
    }

    public void Rename(string from, string to, bool replace) => _disk.Rename(from, to, replace);
    public void Delete(string path) => _disk.Delete(path);
    public void CreateDirectory(string path) => _disk.CreateDirectory(path);
    public IDisposable? TryLock(string path) => _disk.TryLock(path);

    public void SyncDirectory(string path)
    {
    }
}
