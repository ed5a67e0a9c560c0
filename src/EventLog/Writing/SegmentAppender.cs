using System.Collections.Concurrent;
using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Writing;

/// <summary>Writes the records of the queue into segments, one after the other. One thread.</summary>
/// <remarks>
/// The queue gives a record back only once it is written, and a failed write is repeated at its offset with the same bytes, so a
/// disk that fails for a while neither loses nor doubles anything.
/// </remarks>
internal sealed class SegmentAppender(string directory, EventLogOptions options, TimeProvider time, ISegmentDisk disk, Action<Exception> failed)
{
    private const int BufferBytes = 256 << 10;

    private static readonly ConcurrentDictionary<string, byte> Claimed = new(StringComparer.Ordinal);

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private ISegmentFile? _file;
    private SegmentName _name;
    private long _length;
    private ulong _salt;
    private DateTimeOffset _opened;
    private string? _writer;
    private int _nextNumber;

    /// <summary>Segments made so far.</summary>
    public int Segments { get; private set; }

    /// <summary>The one that is being written; null for none.</summary>
    public string? Path => _file is null ? null : _name.In(directory);

    /// <summary>What one call wrote.</summary>
    public readonly record struct Batch(int Records, int Bytes);

    /// <summary>Writes what fits into one buffer and one segment, and gives it back to the queue. Nothing when no record is ready.</summary>
    /// <exception cref="IOException">The disk failed; the queue has all records still.</exception>
    public Batch WriteSome(RecordQueue queue)
    {
        var at = queue.Head;
        if (!queue.TryNext(ref at, out var record))
        {
            if (at > queue.Head) queue.Release(at, records: 0);
            return default;
        }
        PrepareSegment(record.Length);
        var batch = new Batch(0, 0);
        var (used, end) = (StartBuffer(), at);
        do
        {
            var frame = Frame.HeadBytes + record.Length;
            if (batch.Records > 0 && (used + frame > _buffer.Length || _length + used + frame > options.SegmentBytes)) break;
            if (used + frame > _buffer.Length) Array.Resize(ref _buffer, used + frame);
            record.CopyTo(_buffer.AsSpan(used + Frame.HeadBytes));
            Frame.Seal(_buffer.AsSpan(used, frame), _salt, _length + used);
            used += frame;
            (end, batch) = (at, new Batch(batch.Records + 1, used));
        }
        while (queue.TryNext(ref at, out record));
        _file!.Write(_buffer.AsSpan(0, used), _length);
        _length += used;
        queue.Release(end, batch.Records);
        return batch;
    }

    public void Sync() => _file?.Sync();

    /// <summary>Finishes the segment when it is old.</summary>
    public void SealIfOld()
    {
        var now = time.GetUtcNow();
        if (now < _opened) _opened = now; // the clock was set back
        if (_length > 0 && now - _opened >= options.SegmentAge) Seal();
    }

    /// <summary>Finishes the segment, if there is one. What fails on the way is reported and left to the reader, who knows what to do with it.</summary>
    public void Seal()
    {
        if (_file is null) return;
        if (_length > 0) Try(WriteEnd);
        if (options.SyncToDisk) Try(_file.Sync);
        Close();
    }

    /// <summary>Gives up a segment that cannot be written any more. What a failed write left in it goes, if that can be done.</summary>
    public void Abandon()
    {
        if (_length > 0) GiveUp(); // of an empty one nothing is gained by another
    }

    /// <summary>Gives up the segment at the end of a writer whose disk fails: what a failed write left goes from an empty one too, since it counts as lost.</summary>
    public void GiveUp()
    {
        if (_file is null) return;
        Try(() => _file.Cut(_length));
        Close();
    }

    private void PrepareSegment(int record)
    {
        var frame = Frame.HeadBytes + record;
        if (_length > SegmentHeader.Bytes && _length + frame > options.SegmentBytes) Seal();
        if (Path is { } path && !disk.Exists(path)) Forget(); // without this, all would be written into a deleted file
        if (_file is null) Open();
    }

    private int StartBuffer()
    {
        if (_length > 0) return 0;
        new SegmentHeader(_name.Number, _salt, _opened.ToUnixTimeMilliseconds()).Write(_buffer);
        return SegmentHeader.Bytes;
    }

    private void Open()
    {
        _writer ??= NewWriter();
        _name = new SegmentName(_writer, _nextNumber, IsOpen: true);
        var path = _name.In(directory);
        try
        {
            _file = disk.Create(path);
        }
        catch (IOException) when (disk.Exists(path))
        {
            _nextNumber++; // made, but not ours to write: another process looked at it in that moment
            throw;
        }
        (_length, _salt, _opened) = (0, SegmentHeader.SaltOf(_writer, _nextNumber), time.GetUtcNow());
        _nextNumber++;
        Segments++;
        if (options.SyncToDisk) Try(() => disk.SyncDirectory(directory));
    }

    /// <summary>
    /// A name that no segment here has, and that no other writer of this process has taken: two can start in the same millisecond, and
    /// a look at the directory misses the one that is about to make its first segment.
    /// </summary>
    private string NewWriter()
    {
        for (var start = time.GetUtcNow(); ; start += TimeSpan.FromMilliseconds(1))
        {
            var writer = SegmentName.WriterOf(options.Host, Environment.ProcessId, start);
            var first = new SegmentName(writer, 0, IsOpen: true);
            if (!disk.Exists(first.In(directory)) && !disk.Exists(first.Sealed.In(directory)) && Claimed.TryAdd(first.In(directory), 0)) return writer;
        }
    }

    private void WriteEnd()
    {
        Span<byte> end = stackalloc byte[Frame.HeadBytes];
        Frame.Seal(end, _salt, _length);
        try
        {
            _file!.Write(end, _length);
        }
        catch
        {
            Try(() => _file!.Cut(_length));
            throw;
        }
    }

    private void Close()
    {
        var name = _name;
        Forget();
        if (!disk.Exists(name.In(directory))) return;
        Try(() => disk.Rename(name.In(directory), name.Sealed.In(directory)));
        if (options.SyncToDisk) Try(() => disk.SyncDirectory(directory));
    }

    private void Forget()
    {
        if (_file is { } file) Try(file.Dispose);
        (_file, _length) = (null, 0);
    }

    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            failed(e);
        }
    }
}
