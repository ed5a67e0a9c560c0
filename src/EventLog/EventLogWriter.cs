using Delivery.EventLog.Records;
using Delivery.EventLog.Segments;
using Delivery.EventLog.Writing;

namespace Delivery.EventLog;

/// <summary>
/// Appends decisions to segment files in a directory, which many processes may share. <see cref="Append"/> writes into memory
/// and returns; one background thread brings it to the disk. A killed process loses what was not flushed, no more:
/// <see cref="EventLogOptions.FlushInterval"/> at most, while the disk works. A disk that fails, fills up or goes away costs the
/// caller nothing: records wait in a queue of fixed size, what finds no place is dropped and counted, and the writer goes on by
/// itself once the disk is back.
/// </summary>
/// <remarks>Any thread. <c>docs/formats/event-log.md</c> describes the files; <see cref="Reading.EventLogReader"/> reads them.</remarks>
public sealed class EventLogWriter : IDisposable
{
    private readonly RecordQueue _queue;
    private readonly Drain _drain;
    private readonly EventLogMeter _meter;
    private readonly int _longest;
    private readonly long _hurryAt;
    private long _droppedFull, _droppedTooLarge, _droppedClosed;
    private bool _closed;

    /// <summary>Starts the thread. The disk is first touched with the first record, so a directory that is not there or not writable is no error here.</summary>
    /// <param name="directory">Made when it is not there.</param>
    /// <param name="options">Null for all defaults.</param>
    /// <param name="time">For names, ages and limits; null for the system's.</param>
    /// <exception cref="ArgumentException">The options are wrong; all mistakes are told.</exception>
    public EventLogWriter(string directory, EventLogOptions? options = null, TimeProvider? time = null)
        : this(directory, options, time, new LocalSegmentDisk()) { }

    internal EventLogWriter(string directory, EventLogOptions? options, TimeProvider? time, ISegmentDisk disk)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        options ??= new EventLogOptions();
        if (options.Problems().ToList() is { Count: > 0 } problems) throw new ArgumentException(string.Join(' ', problems), nameof(options));
        Directory = Path.GetFullPath(directory);
        _queue = new RecordQueue(options.QueueBytes, options.QueueRecords);
        _longest = Math.Min(_queue.LongestRecord, Frame.LongestPayload);
        _hurryAt = _queue.Capacity / 4;
        _drain = new Drain(Directory, options, time ?? TimeProvider.System, disk, _queue);
        _meter = new EventLogMeter(this, Directory);
    }

    /// <summary>Full path.</summary>
    public string Directory { get; }

    /// <summary>Records accepted into the queue.</summary>
    public long Appended => _queue.Accepted;

    /// <summary>Records written to the operating system, or with <see cref="EventLogOptions.SyncToDisk"/> to the disk.</summary>
    public long Written => _drain.Written;

    /// <summary>Bytes of these, with frames and headers.</summary>
    public long BytesWritten => _drain.Bytes;

    /// <summary>Records that will never be written, for whatever reason.</summary>
    public long Dropped => DroppedFull + DroppedTooLarge + DroppedClosed + Lost;

    /// <summary>Records that found the queue full.</summary>
    public long DroppedFull => Volatile.Read(ref _droppedFull);

    /// <summary>Records longer than half the queue or than 16 MiB.</summary>
    public long DroppedTooLarge => Volatile.Read(ref _droppedTooLarge);

    /// <summary>Records that came after <see cref="Dispose"/>.</summary>
    public long DroppedClosed => Volatile.Read(ref _droppedClosed);

    /// <summary>Records that were accepted and not written when the writer ended; 0 before.</summary>
    public long Lost => _drain.HasEnded ? QueueLength : 0;

    /// <summary>Records that wait.</summary>
    public long QueueLength => Math.Max(0, _queue.Accepted - _queue.Consumed);

    /// <summary>Memory that they take.</summary>
    public long QueueBytes => _queue.BytesWaiting;

    /// <summary>Failures of the disk, each attempt counted.</summary>
    public long FlushErrors => _drain.Failures;

    /// <summary>The last of these in words; without any, the first that a listener of the meter threw. Null when there was neither.</summary>
    public string? LastError => _drain.LastError ?? _meter.Fault;

    /// <summary>Segments that dead writers of this host had left open and that this one finished.</summary>
    public long SegmentsAdopted => _drain.Adopted;

    /// <summary>Segments that this writer deleted to keep the limits of the directory.</summary>
    public long SegmentsDeleted => _drain.Deleted;

    /// <summary>Those among them that not every bookmark had passed, or that went over <see cref="EventLogOptions.KeepBytes"/> with no bookmark there.</summary>
    public long SegmentsDeletedUnread => _drain.DeletedUnread;

    /// <summary>Logs one decision. Takes no lock, waits for nothing, allocates nothing, and touches no disk.</summary>
    /// <returns>False when the record was dropped; a counter says why.</returns>
    public bool Append(in RequestEntry entry)
    {
        if (Volatile.Read(ref _closed)) return Drop(ref _droppedClosed);
        if (entry.Features.Length > Frame.LongestPayload / sizeof(float)) return Drop(ref _droppedTooLarge);
        var sizes = RequestEncoder.Measure(entry);
        if (sizes.Total > _longest) return Drop(ref _droppedTooLarge);
        if (!_queue.TryReserve(sizes.Total, out var slot)) return Drop(ref _droppedFull);
        try
        {
            RequestEncoder.Write(entry, sizes, _queue.Bytes(slot, sizes.Total));
        }
        catch
        {
            _queue.Skip(slot); // or no record behind it would ever be written
            throw;
        }
        _queue.Commit(slot, sizes.Total);
        if (_queue.BytesWaiting > _hurryAt) _drain.Hurry();
        return true;
    }

    /// <summary>Waits until all that was appended before is flushed.</summary>
    /// <returns>False when it was not within the time, as while the disk fails.</returns>
    public bool Flush(TimeSpan timeout) => _drain.Flush(timeout);

    /// <summary>Flushes and finishes the segment. A disk that hangs is waited for no longer than <see cref="EventLogOptions.CloseTimeout"/>.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, true)) return;
        _drain.End();
        _meter.Dispose();
    }

    private static bool Drop(ref long counter)
    {
        Interlocked.Increment(ref counter);
        return false;
    }
}
