using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Reading;

/// <summary>
/// The bytes of a segment, a block at a time. The file is open for the reading of one block only: a reader of thousands of writers
/// holds no handles, and the file may be renamed between two blocks.
/// </summary>
internal sealed class SegmentBytes(string directory, SegmentName name)
{
    private const int BlockBytes = 256 << 10;

    private byte[] _block = [];
    private long _start;
    private int _count;
    private bool _isLast;

    /// <summary>Of the file when a block was last read.</summary>
    public long Length { get; private set; }

    /// <summary>Name of the file that was last read.</summary>
    public string File { get; private set; } = name.File;

    /// <summary>What there is from an offset on, as far as the view goes: at least so many bytes, or all.</summary>
    /// <exception cref="IOException">The file is not there, or cannot be read.</exception>
    public ReadOnlySpan<byte> From(long offset, int count, ScanView view)
    {
        var isIn = offset >= _start && offset <= _start + _count;
        if (!isIn || (_start + _count - offset < count && _start + _count < view.Limit && !_isLast)) Load(offset, count, view);
        var end = Math.Min(_start + _count, view.Limit);
        return end <= offset ? [] : _block.AsSpan((int)(offset - _start), (int)(end - offset));
    }

    private void Load(long offset, int count, ScanView view)
    {
        using var file = Open();
        Length = RandomAccess.GetLength(file);
        var wanted = (int)Math.Clamp(Length - offset, 0, Math.Max(count, BlockBytes));
        if (_block.Length < wanted) _block = GC.AllocateUninitializedArray<byte>(wanted);
        (_start, _count) = (offset, 0);
        while (_count < wanted && RandomAccess.Read(file, _block.AsSpan(_count, wanted - _count), offset + _count) is > 0 and var read) _count += read;
        _isLast = view.IsFinished && offset + _count >= Length;
    }

    private Microsoft.Win32.SafeHandles.SafeFileHandle Open()
    {
        const FileShare all = FileShare.ReadWrite | FileShare.Delete;
        try
        {
            File = name.Sealed.File;
            return System.IO.File.OpenHandle(name.Sealed.In(directory), FileMode.Open, FileAccess.Read, all);
        }
        catch (FileNotFoundException)
        {
            var open = name with { IsOpen = true };
            File = open.File;
            return System.IO.File.OpenHandle(open.In(directory), FileMode.Open, FileAccess.Read, all);
        }
    }
}
