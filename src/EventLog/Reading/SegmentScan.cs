using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Reading;

/// <summary>What a look at the next place of a segment gave.</summary>
internal enum ScanStep
{
    /// <summary>A record that verifies.</summary>
    Record,

    /// <summary>Nothing that can be told yet: more may come, or what is there may still change.</summary>
    Wait,

    /// <summary>The segment has nothing more and never will.</summary>
    Done,
}

/// <summary>How the caller knows a segment.</summary>
/// <param name="IsFinished">Nothing will be added.</param>
/// <param name="Limit">Bytes behind this offset are left for later; the largest number for a finished segment.</param>
/// <param name="Judges">Whether bytes of an unfinished segment that do not verify count as damaged, since they had their time.</param>
internal readonly record struct ScanView(bool IsFinished, long Limit, bool Judges);

/// <summary>Reads one segment from an offset on. What does not verify is reported and stepped over where that is safe.</summary>
internal sealed class SegmentScan(string directory, SegmentName name, long offset, Action<EventLogProblem> report)
{
    private readonly SegmentBytes _bytes = new(directory, name);
    private ulong? _salt;
    private bool _isDone;

    /// <summary>Where the next step looks.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>Whether the mark of the end was reached: the writer finished the segment itself.</summary>
    public bool HasEndMark { get; private set; }

    /// <summary>Looks at the next place.</summary>
    /// <param name="view">What is known of the segment.</param>
    /// <param name="payload">Of the record, until the next step.</param>
    /// <param name="bytes">Of the whole frame.</param>
    public ScanStep Next(ScanView view, out ReadOnlySpan<byte> payload, out int bytes)
    {
        payload = default;
        bytes = 0;
        if (Start(view) is { } early) return early;
        while (true)
        {
            var state = Look(view, Offset, out var frame, out bytes);
            switch (state)
            {
                case FrameState.Record:
                    payload = frame[Frame.HeadBytes..bytes];
                    Offset += bytes;
                    return ScanStep.Record;
                case FrameState.End:
                    Offset += bytes;
                    (_isDone, HasEndMark) = (true, true);
                    return ScanStep.Done;
                case FrameState.Incomplete when !view.IsFinished:
                    return ScanStep.Wait;
                case FrameState.Incomplete:
                    return EndAt(Offset, _bytes.Length);
                case FrameState.BadPayload when view.IsFinished || view.Judges:
                    Report(EventLogProblemKind.Damaged, Offset, bytes, $"a record of {bytes} bytes does not verify");
                    Offset += bytes;
                    break;
                case FrameState.BadHead when view.IsFinished || view.Judges:
                    if (!TryResume(view)) return view.IsFinished ? EndAt(Offset, _bytes.Length) : ScanStep.Wait;
                    break;
                default:
                    return ScanStep.Wait;
            }
        }
    }

    /// <summary>Reads the header, once; null when records may follow.</summary>
    private ScanStep? Start(ScanView view)
    {
        if (_isDone) return ScanStep.Done;
        if (_salt is not null) return null;
        var bytes = _bytes.From(0, SegmentHeader.Bytes, view);
        if (bytes.Length < SegmentHeader.Bytes) return view.IsFinished ? EndAt(Offset, _bytes.Length) : ScanStep.Wait;
        if (!SegmentHeader.TryRead(bytes, out var header, out var format))
        {
            if (!view.IsFinished && !view.Judges) return ScanStep.Wait;
            if (Offset == 0) Report(EventLogProblemKind.Damaged, 0, SegmentHeader.Bytes, "the header does not verify");
            header = header with { Salt = SegmentHeader.SaltOf(name.Writer, name.Number) };
        }
        else if (format != SegmentHeader.Format)
        {
            if (!view.IsFinished) return ScanStep.Wait;
            Report(EventLogProblemKind.UnknownFormat, 0, _bytes.Length, $"the segment has format {format}; this version reads {SegmentHeader.Format}");
            _isDone = true;
            return ScanStep.Done;
        }
        _salt = header.Salt;
        Offset = Math.Max(Offset, SegmentHeader.Bytes);
        return null;
    }

    private FrameState Look(ScanView view, long at, out ReadOnlySpan<byte> frame, out int length)
    {
        frame = _bytes.From(at, Frame.HeadBytes, view);
        var state = Frame.Check(frame, _salt!.Value, at, out length);
        if (state != FrameState.Incomplete || length <= frame.Length) return state;
        frame = _bytes.From(at, length, view);
        return Frame.Check(frame, _salt.Value, at, out length);
    }

    /// <summary>
    /// Goes on at the next place where a whole frame verifies. Chance finds one where there is none once in 2^64 places, and a
    /// copy of a record elsewhere does not verify, since place and segment are in the sums.
    /// </summary>
    private bool TryResume(ScanView view)
    {
        for (var at = Offset + 1; ;)
        {
            var bytes = _bytes.From(at, Frame.HeadBytes, view);
            if (bytes.Length < Frame.HeadBytes) return false;
            var last = bytes.Length - Frame.HeadBytes;
            var i = 0;
            while (i <= last && Frame.Check(bytes[i..], _salt!.Value, at + i, out _) == FrameState.BadHead) i++;
            at += i;
            if (i > last) continue;
            if (Look(view, at, out _, out _) is FrameState.Record or FrameState.End)
            {
                Report(EventLogProblemKind.Damaged, Offset, at - Offset, $"{at - Offset} bytes do not verify");
                Offset = at;
                return true;
            }
            at++;
        }
    }

    private ScanStep EndAt(long from, long end)
    {
        if (end > from) Report(EventLogProblemKind.TornTail, from, end - from, $"the last {end - from} bytes are no whole record");
        Offset = Math.Max(from, end);
        _isDone = true;
        return ScanStep.Done;
    }

    private void Report(EventLogProblemKind kind, long at, long lost, string what) =>
        report(new EventLogProblem(kind, _bytes.File, at, lost, $"{_bytes.File}, offset {at}: {what}."));
}
