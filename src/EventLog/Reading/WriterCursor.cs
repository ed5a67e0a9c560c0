using Delivery.EventLog.Segments;
using Delivery.Models.Wire;
using Google.Protobuf;

namespace Delivery.EventLog.Reading;

/// <summary>The records of one writer, in the order in which it wrote them, segment after segment.</summary>
internal sealed class WriterCursor(string directory, string writer, EventLogPosition.Place place, EventLogReaderOptions options, TimeProvider time, Action<EventLogProblem> report)
{
    private IReadOnlyList<ListedSegment> _segments = [];
    private SegmentScan? _scan;
    private ListedSegment? _current;
    private long _limit;
    private bool _isUnreadable;
    private int _failedLooks;
    private (long Offset, long Limit, DateTimeOffset Since, bool Judged) _stuck = (-1, -1, default, false);

    public string Writer => writer;

    /// <summary>Behind the last record that was taken.</summary>
    public EventLogPosition.Place Place { get; private set; } = place;

    /// <summary>The next record; null when there is none now.</summary>
    public EventLogRecord? Head { get; private set; }

    /// <summary>Orders heads of several writers: the earlier decision first, then the writer's name.</summary>
    public (long Seconds, int Nanos, string Writer) Order => (Head?.Data.Time?.Seconds ?? 0, Head?.Data.Time?.Nanos ?? 0, writer);

    /// <summary>Takes note of what is there. What comes later is left for the next look.</summary>
    public void BeginLook(IReadOnlyList<ListedSegment> segments)
    {
        _segments = segments;
        if (Head is null) FindCurrent();
    }

    /// <summary>Reads the next record unless there is one; false when there is none now.</summary>
    public bool TryFill()
    {
        while (Head is null && _current is { } current)
        {
            if (!current.IsFinished && !MayHaveMore()) return false;
            switch (Step(current, out var payload, out var bytes))
            {
                case ScanStep.Record:
                    Parse(payload, bytes);
                    break;
                case ScanStep.Done:
                    MoveTo(Place.Segment + 1);
                    FindCurrent();
                    break;
                default:
                    Remember();
                    return false;
            }
        }
        return Head is not null;
    }

    /// <summary>Moves behind the head.</summary>
    public EventLogRecord Take()
    {
        var taken = Head!;
        Place = new EventLogPosition.Place(taken.Segment, taken.Offset + taken.Bytes);
        Head = null;
        return taken;
    }

    private void FindCurrent()
    {
        _current = null;
        foreach (var segment in _segments)
        {
            if (segment.Name.Number < Place.Segment) continue;
            if (segment.Name.Number > Place.Segment) Skip(segment.Name.Number);
            _current = segment;
            _limit = segment.IsFinished ? long.MaxValue : Length(segment.Name.In(directory));
            return;
        }
    }

    /// <summary>Some segments are gone: goes on with the next one there is.</summary>
    private void Skip(int to)
    {
        var missing = new SegmentName(writer, Place.Segment, IsOpen: false);
        var which = Place.Offset > 0 ? $"what follows in it and all before number {to} is" : to == Place.Segment + 1 ? "it is" : $"it and all before number {to} are";
        report(new EventLogProblem(EventLogProblemKind.MissingSegments, missing.File, Place.Offset, 0, $"{missing.File}, offset {Place.Offset}: {which} not there any more."));
        MoveTo(to);
    }

    private void MoveTo(int segment)
    {
        Place = new EventLogPosition.Place(segment, 0);
        _scan = null; // with its block: a writer that is read to its end costs no memory
    }

    private bool MayHaveMore()
    {
        if (_limit <= (_scan?.Offset ?? Place.Offset)) return false;
        if (_stuck.Limit != _limit || _stuck.Offset != (_scan?.Offset ?? Place.Offset)) return true;
        return !_stuck.Judged && IsPatienceOver;
    }

    private bool IsPatienceOver => _stuck.Offset >= 0 && time.GetUtcNow() - _stuck.Since >= options.Patience;

    private ScanStep Step(ListedSegment current, out ReadOnlySpan<byte> payload, out int bytes)
    {
        _scan ??= new SegmentScan(directory, current.Name, Place.Offset, report);
        var judges = !current.IsFinished && _stuck.Offset == _scan.Offset && IsPatienceOver;
        _stuck.Judged |= judges;
        _isUnreadable = false;
        try
        {
            var step = _scan.Next(new ScanView(current.IsFinished, _limit, judges), out payload, out bytes);
            _failedLooks = 0;
            return step;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Renamed, deleted or locked for a moment, and the next look finds it as it is then; or the disk fails, which is told once.
            _isUnreadable = true;
            var isGone = e is FileNotFoundException or DirectoryNotFoundException;
            if (!isGone && ++_failedLooks == 2) report(new EventLogProblem(EventLogProblemKind.Unreadable, current.Name.File, _scan.Offset, 0, $"{current.Name.File}, offset {_scan.Offset}: {e.Message}"));
            payload = default;
            bytes = 0;
            return ScanStep.Wait;
        }
    }

    private void Remember()
    {
        var (at, limit) = (_scan!.Offset, _isUnreadable ? -1 : _limit);
        if (_stuck.Offset != at) _stuck = (at, limit, time.GetUtcNow(), Judged: false);
        else if (_stuck.Limit != limit) _stuck = (at, limit, _stuck.Since, Judged: false);
    }

    private void Parse(ReadOnlySpan<byte> payload, int bytes)
    {
        var at = _scan!.Offset - bytes;
        try
        {
            Head = new EventLogRecord(RequestData.Parser.ParseFrom(payload), writer, Place.Segment, at, bytes);
        }
        catch (InvalidProtocolBufferException e)
        {
            var file = _current!.Value.Name.File;
            report(new EventLogProblem(EventLogProblemKind.NotRequestData, file, at, bytes, $"{file}, offset {at}: the record is no request data: {e.Message}"));
            Place = Place with { Offset = _scan.Offset };
        }
    }

    private static long Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }
}
