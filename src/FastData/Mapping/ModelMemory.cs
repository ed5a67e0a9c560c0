using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Mapping;

/// <summary>The bytes of one model, at one address: a mapped file, a copy outside the garbage collector, or a pinned array. Any thread may read until it is disposed.</summary>
/// <remarks>
/// The only unsafe code of Delivery. What keeps it right:
/// (1) A live file never changes: it is written once, sealed, and only ever unlinked. Cutting a mapped file short would be a SIGBUS, which no
/// catch sees; a copy does not know that danger.
/// (2) A mapping's pointer is acquired once, here, and released once, in <see cref="Dispose"/>; the owner disposes only when no lease can reach it.
/// (3) A span lies in [0, length), and its user drops it before the lease ends; that last point only review can check.
/// (4) An array is kept by this object alone: who reads one calls <see cref="GC.KeepAlive"/> on the model after the last read.
/// </remarks>
public sealed unsafe class ModelMemory : IDisposable
{
    /// <summary>Copies start at a multiple of it, as mappings do, so that rows of 16 floats lie on whole cache lines.</summary>
    private const int Alignment = 64;

    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte[]? _array;
    private readonly byte* _start;
    private int _disposed;

    private ModelMemory(MemoryMappedViewAccessor view, int length)
    {
        (_view, Length) = (view, length);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    private ModelMemory(byte* start, int length, byte[]? array)
    {
        _start = start;
        (Length, _array) = (length, array);
    }

    /// <summary>Bytes of the model; a mapping itself is rounded up to whole pages.</summary>
    public int Length { get; }

    /// <summary>Whether other processes that map the same file share the memory.</summary>
    public bool IsMapped => _view is not null;

    /// <summary>The bytes. Valid until <see cref="Dispose"/>: a span that outlives it reads memory that is gone.</summary>
    public ReadOnlySpan<byte> Bytes => new(_start, Length);

    /// <summary>Maps a whole file. Its pages are shared with every process that maps it, and come from the disk when they are first read.</summary>
    /// <param name="path">A sealed live file.</param>
    /// <param name="length">What its manifest says; a file of any other length is refused.</param>
    /// <exception cref="FastDataException">The file has another length, or none, or more than 2 GiB.</exception>
    /// <exception cref="IOException">It cannot be opened or mapped; <see cref="FileNotFoundException"/> when it is gone.</exception>
    public static ModelMemory Map(string path, long length)
    {
        using var file = Open(path, length);
        using var map = MemoryMappedFile.CreateFromFile(file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        return new ModelMemory(view, (int)length);
    }

    /// <summary>Copies a whole file into memory of this process, which nothing that happens to the file can touch.</summary>
    /// <inheritdoc cref="Map"/>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public static ModelMemory Copy(string path, long length)
    {
        using var file = Open(path, length);
        var start = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);
        try
        {
            file.ReadExactly(new Span<byte>(start, (int)length));
            return new ModelMemory(start, (int)length, array: null);
        }
        catch
        {
            NativeMemory.AlignedFree(start);
            throw;
        }
    }

    /// <summary>The same for a live file, with as few objects and calls as the system allows: a reload copies hundreds of them.</summary>
    /// <returns>Null where anything is out of the ordinary: <see cref="Copy"/> then does it, or tells what is wrong.</returns>
    /// <inheritdoc cref="Copy"/>
    public static ModelMemory? TryCopy(FolderLayout layout, ManifestEntry entry)
    {
        Span<byte> path = stackalloc byte[512];
        if (entry.Length is <= 0 or > int.MaxValue || !layout.TryWriteModelPath(entry, path) || !PlainFile.TryOpen(path, entry.Length, out var file)) return null;
        var length = (int)entry.Length;
        var start = (byte*)null;
        try
        {
            start = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);
            if (PlainFile.TryRead(file, new Span<byte>(start, length))) return new ModelMemory(start, length, array: null);
        }
        finally
        {
            PlainFile.Close(file);
        }
        NativeMemory.AlignedFree(start);
        return null;
    }

    /// <summary>Copies bytes that came by another way than a file. The garbage collector frees them; <see cref="Dispose"/> only lets go.</summary>
    /// <param name="bytes">Of the caller; copied.</param>
    public static ModelMemory Collected(ReadOnlySpan<byte> bytes)
    {
        var array = GC.AllocateUninitializedArray<byte>(bytes.Length + Alignment, pinned: true);
        var start = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        start += (Alignment - ((nint)start % Alignment)) % Alignment;
        bytes.CopyTo(new Span<byte>(start, bytes.Length));
        return new ModelMemory(start, bytes.Length, array);
    }

    /// <summary>Unmaps or frees. The owner calls it once no reader can hold a span.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0 || _array is not null) return;
        if (_view is null)
        {
            NativeMemory.AlignedFree(_start);
            return;
        }
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }

    private static FileStream Open(string path, long length)
    {
        if (length is <= 0 or > int.MaxValue) throw new FastDataException($"{path}: a model of {length} bytes cannot be loaded; 1 to {int.MaxValue} can.");
        var file = ForeignFile.Open(path, FileShare.Read | FileShare.Delete);
        if (file?.Length == length) return file;
        var found = file?.Length ?? 0;
        file?.Dispose();
        throw new FastDataException($"{path}: the file has {found} bytes; its manifest says {length}.");
    }
}
