using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Reading;

/// <summary>
/// Reads the records of a directory that writers may be adding to: only whole ones that verify, each once, those of one writer in
/// its order. It never changes the directory and holds no file open between two calls.
/// </summary>
/// <remarks>
/// <para>
/// Order across writers: of the next records of all writers the one with the earliest time comes first, and among equal times that
/// of the writer whose name sorts first. So the order of a directory that does not change follows from its content alone. While
/// writers add, this holds within one look; a look takes what was there when it began, and the next begins when that is read.
/// </para>
/// <para>One thread at a time.</para>
/// </remarks>
public sealed class EventLogReader
{
    private readonly string _directory;
    private readonly EventLogReaderOptions _options;
    private readonly TimeProvider _time;
    private readonly SortedDictionary<string, WriterCursor> _cursors = new(StringComparer.Ordinal);
    private readonly PriorityQueue<WriterCursor, (long Seconds, int Nanos, string Writer)> _heads = new(ByTimeThenWriter);
    private bool _hasBegun;

    /// <param name="directory">Need not be there yet.</param>
    /// <param name="from">Where to go on; null for the start of everything that is there.</param>
    /// <param name="options">Null for all defaults.</param>
    /// <param name="time">For patience and polls; null for the system's.</param>
    /// <exception cref="ArgumentException">The options are wrong; all mistakes are told.</exception>
    public EventLogReader(string directory, EventLogPosition? from = null, EventLogReaderOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _options = options ?? new EventLogReaderOptions();
        if (_options.Problems().ToList() is { Count: > 0 } problems) throw new ArgumentException(string.Join(' ', problems), nameof(options));
        (_directory, _time) = (Path.GetFullPath(directory), time ?? TimeProvider.System);
        foreach (var (writer, place) in (from ?? EventLogPosition.Start).Writers) _cursors.Add(writer, Cursor(writer, place));
        _hasBegun = _cursors.Count > 0;
    }

    private static Comparer<(long Seconds, int Nanos, string Writer)> ByTimeThenWriter { get; } = Comparer<(long Seconds, int Nanos, string Writer)>.Create((a, b) =>
        a.Seconds != b.Seconds ? a.Seconds.CompareTo(b.Seconds) : a.Nanos != b.Nanos ? a.Nanos.CompareTo(b.Nanos) : string.CompareOrdinal(a.Writer, b.Writer));

    /// <summary>Behind the last record that was returned. A reader that starts there returns the next one.</summary>
    public EventLogPosition Position => new(_cursors.Select(cursor => KeyValuePair.Create(cursor.Key, cursor.Value.Place)));

    /// <summary>Records returned.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes that they take in the files.</summary>
    public long Bytes { get; private set; }

    /// <summary>Problems met.</summary>
    public long Problems { get; private set; }

    /// <summary>Bytes that were stepped over because of them.</summary>
    public long LostBytes { get; private set; }

    /// <summary>The next record; false when there is none now. Another call looks again.</summary>
    /// <exception cref="IOException">The directory cannot be listed.</exception>
    public bool TryRead([NotNullWhen(true)] out EventLogRecord? record)
    {
        if (_heads.Count == 0) Look();
        if (!_heads.TryDequeue(out var cursor, out _))
        {
            record = null;
            return false;
        }
        record = cursor.Take();
        Records++;
        Bytes += record.Bytes;
        if (cursor.TryFill()) _heads.Enqueue(cursor, cursor.Order);
        return true;
    }

    /// <summary>All records there are and will be, until it is cancelled.</summary>
    public async IAsyncEnumerable<EventLogRecord> FollowAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (TryRead(out var record)) yield return record;
            else await Task.Delay(_options.PollInterval, _time, ct);
        }
    }

    private void Look()
    {
        var writers = SegmentFolder.List(_directory);
        if (writers.Count == 0) return; // not there, or away for a while: positions are kept
        foreach (var gone in _cursors.Values.Where(cursor => !writers.ContainsKey(cursor.Writer) && !IsThere(cursor)).ToList()) _cursors.Remove(gone.Writer);
        foreach (var (writer, segments) in writers)
        {
            if (!_cursors.TryGetValue(writer, out var cursor))
            {
                // To one that read here before, the first segments of a new writer are as missing as any others.
                var first = _hasBegun ? 0 : segments[0].Name.Number;
                _cursors.Add(writer, cursor = Cursor(writer, new EventLogPosition.Place(first, 0)));
            }
            cursor.BeginLook(segments);
            if (cursor.TryFill()) _heads.Enqueue(cursor, cursor.Order);
        }
        _hasBegun = true;
    }

    /// <summary>A listing may have missed the one segment that was being renamed.</summary>
    private bool IsThere(WriterCursor cursor) =>
        SegmentFolder.Exists(_directory, cursor.Writer, cursor.Place.Segment) || SegmentFolder.Exists(_directory, cursor.Writer, cursor.Place.Segment - 1);

    private WriterCursor Cursor(string writer, EventLogPosition.Place place) => new(_directory, writer, place, _options, _time, Report);

    private void Report(EventLogProblem problem)
    {
        Problems++;
        LostBytes += problem.Bytes;
        _options.Problem?.Invoke(problem);
    }
}
