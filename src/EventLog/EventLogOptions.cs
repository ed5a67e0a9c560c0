using Delivery.EventLog.Segments;

namespace Delivery.EventLog;

/// <summary>How a log is written. Immutable: derive variants with <c>with</c>.</summary>
public sealed record EventLogOptions
{
    private const long KiB = 1 << 10, MiB = 1 << 20, GiB = 1 << 30;

    /// <summary>A segment is finished before it grows over this. Default 64 MiB, 4 KiB to 1 GiB.</summary>
    public long SegmentBytes { get; init; } = 64 * MiB;

    /// <summary>A segment is finished when it is this old. Default 5 min, at least 1 s.</summary>
    public TimeSpan SegmentAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time that a record waits in the process, while the disk works: what <c>kill -9</c> can lose. Default 100 ms, 1 ms to 1 min.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether each flush goes to the disk itself (fsync), so that a power cut loses no more than a killed process. Default no: to the operating system.</summary>
    public bool SyncToDisk { get; init; }

    /// <summary>Memory for records that wait, taken once and rounded up to a power of two. Default 16 MiB, 64 KiB to 1 GiB. A record over half of it is dropped.</summary>
    public long QueueBytes { get; init; } = 16 * MiB;

    /// <summary>Most records that wait. Default 65,536, at least 1.</summary>
    public int QueueRecords { get; init; } = 65_536;

    /// <summary>Longest pause after a failure of the disk; the first one is <see cref="FlushInterval"/>, each next one twice as long. Default 5 s, 1 ms to 10 min.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long <c>Dispose</c> waits for a disk that hangs. Default 5 s, 0 to 10 min.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Finished segments of the directory that are older go, once every bookmark in the directory has passed them. Default null:
    /// none goes. Without any bookmark their age alone decides.
    /// </summary>
    public TimeSpan? KeepFor { get; init; }

    /// <summary>
    /// Finished segments of the directory together; the oldest ones over it go, read or not. Default null: no limit. What goes
    /// unread is counted, and a reader that comes later reports it as missing.
    /// </summary>
    public long? KeepBytes { get; init; }

    /// <summary>First part of the segments' names. Default the machine's name; other characters than <c>A-Z a-z 0-9 . _ -</c> become <c>_</c>.</summary>
    public string Host { get; init; } = Environment.MachineName;

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (SegmentBytes is < 4 * KiB or > GiB) yield return $"{nameof(SegmentBytes)} is {SegmentBytes}; it needs 4 KiB to 1 GiB.";
        if (SegmentAge < TimeSpan.FromSeconds(1)) yield return $"{nameof(SegmentAge)} is {SegmentAge}; it needs 1 s or more.";
        if (FlushInterval < TimeSpan.FromMilliseconds(1) || FlushInterval > TimeSpan.FromMinutes(1)) yield return $"{nameof(FlushInterval)} is {FlushInterval}; it needs 1 ms to 1 min.";
        if (QueueBytes is < 64 * KiB or > GiB) yield return $"{nameof(QueueBytes)} is {QueueBytes}; it needs 64 KiB to 1 GiB.";
        if (QueueRecords < 1) yield return $"{nameof(QueueRecords)} is {QueueRecords}; it needs 1 or more.";
        if (LongestRetryDelay < TimeSpan.FromMilliseconds(1) || LongestRetryDelay > TimeSpan.FromMinutes(10)) yield return $"{nameof(LongestRetryDelay)} is {LongestRetryDelay}; it needs 1 ms to 10 min.";
        if (CloseTimeout < TimeSpan.Zero || CloseTimeout > TimeSpan.FromMinutes(10)) yield return $"{nameof(CloseTimeout)} is {CloseTimeout}; it needs 0 to 10 min.";
        if (KeepFor < TimeSpan.Zero) yield return $"{nameof(KeepFor)} is {KeepFor}; it needs 0 or more.";
        if (KeepBytes < 0) yield return $"{nameof(KeepBytes)} is {KeepBytes}; it needs 0 or more.";
        if (SegmentName.CleanHost(Host).Length == 0) yield return $"{nameof(Host)} is empty.";
    }
}
