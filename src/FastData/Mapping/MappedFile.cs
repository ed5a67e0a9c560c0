using System.IO.MemoryMappedFiles;

namespace Delivery.FastData.Mapping;

/// <summary>One live file, mapped read-only. Any thread may read until it is disposed.</summary>
/// <remarks>
/// The only unsafe code of Delivery. What keeps it right:
/// (1) A live file never changes: it is written once, sealed, and only ever unlinked. Cutting a mapped file short would be a SIGBUS, which no catch sees.
/// (2) The pointer is acquired once, here, and released once, in <see cref="Dispose"/>; the owner disposes only when no lease can reach it.
/// (3) A span lies in [0, length), and its user drops it before the lease ends; that last point only review can check.
/// </remarks>
public sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private int _disposed;

    private MappedFile(MemoryMappedViewAccessor view, int length)
    {
        (_view, Length) = (view, length);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Bytes of the file; the mapping itself is rounded up to whole pages.</summary>
    public int Length { get; }

    /// <summary>The file's bytes. Valid until <see cref="Dispose"/>: a span that outlives it reads memory that is gone.</summary>
    public ReadOnlySpan<byte> Bytes => new(_start, Length);

    /// <summary>Maps a whole file.</summary>
    /// <param name="path">A sealed live file.</param>
    /// <param name="length">What its manifest says; a file of any other length is refused.</param>
    /// <exception cref="FastDataException">The file has another length, or none, or more than 2 GiB.</exception>
    /// <exception cref="IOException">It cannot be opened or mapped; <see cref="FileNotFoundException"/> when it is gone.</exception>
    public static MappedFile Open(string path, long length)
    {
        if (length is <= 0 or > int.MaxValue) throw new FastDataException($"{path}: a model of {length} bytes cannot be mapped; 1 to {int.MaxValue} can.");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        if (file.Length != length) throw new FastDataException($"{path}: the file has {file.Length} bytes; its manifest says {length}.");
        using var map = MemoryMappedFile.CreateFromFile(file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        return new MappedFile(view, (int)length);
    }

    /// <summary>Unmaps. The owner calls it once no reader can hold a span.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }
}
