using Delivery.EventLog.Segments;
using Delivery.Models.Wire;
using Google.Protobuf;

namespace Delivery.EventLog.Reading;

/// <summary>How a segment came to its end.</summary>
public enum SegmentState
{
    /// <summary>It is being written, or its writer died and no other has finished it yet.</summary>
    Open,

    /// <summary>Its writer finished it.</summary>
    Sealed,

    /// <summary>It is finished and has no mark of the end: its writer was killed, or the file was cut.</summary>
    CutOff,
}

/// <summary>What is in a segment.</summary>
/// <param name="File">Its name.</param>
/// <param name="State">How it ended.</param>
/// <param name="Records">That verify.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="PendingBytes">At the end of an open one, which are no whole record yet.</param>
/// <param name="Problems">In their order.</param>
public sealed record SegmentSummary(string File, SegmentState State, long Records, long Bytes, long PendingBytes, IReadOnlyList<EventLogProblem> Problems);

/// <summary>Verifies every record of a directory. It may be written to meanwhile.</summary>
public static class EventLogCheck
{
    /// <summary>One summary a segment, by writer and number; one that is renamed or deleted meanwhile is left out.</summary>
    public static IEnumerable<SegmentSummary> Run(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        foreach (var segments in SegmentFolder.List(directory).Values)
        {
            for (var i = 0; i < segments.Count; i++)
            {
                if (Summary(directory, segments[i], i == 0 ? segments[i].Name.Number : segments[i - 1].Name.Number + 1) is { } summary) yield return summary;
            }
        }
    }

    private static SegmentSummary? Summary(string directory, ListedSegment segment, int expectedNumber)
    {
        var problems = new List<EventLogProblem>();
        var (name, scan) = (segment.Name, new SegmentScan(directory, segment.Name, 0, problems.Add));
        if (name.Number > expectedNumber) problems.Add(new EventLogProblem(EventLogProblemKind.MissingSegments, name.File, 0, 0, $"{name.File}: {name.Number - expectedNumber} before it are not there."));
        try
        {
            var length = new FileInfo(name.In(directory)).Length;
            // One look has to do: what does not verify now counts as damaged.
            var view = new ScanView(segment.IsFinished, segment.IsFinished ? long.MaxValue : length, Judges: true);
            var records = 0L;
            while (scan.Next(view, out var payload, out var bytes) == ScanStep.Record) records += Count(payload, name.File, scan.Offset - bytes, bytes, problems);
            var state = !segment.IsFinished ? SegmentState.Open : scan.HasEndMark ? SegmentState.Sealed : SegmentState.CutOff;
            return new SegmentSummary(name.File, state, records, length, segment.IsFinished ? 0 : Math.Max(0, length - scan.Offset), problems);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static int Count(ReadOnlySpan<byte> payload, string file, long offset, int bytes, List<EventLogProblem> problems)
    {
        try
        {
            RequestData.Parser.ParseFrom(payload);
            return 1;
        }
        catch (InvalidProtocolBufferException e)
        {
            problems.Add(new EventLogProblem(EventLogProblemKind.NotRequestData, file, offset, bytes, $"{file}, offset {offset}: the record is no request data: {e.Message}"));
            return 0;
        }
    }
}
