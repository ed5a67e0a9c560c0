namespace Delivery.EventLog.Reading;

/// <summary>What can be wrong with a log.</summary>
public enum EventLogProblemKind
{
    /// <summary>Bytes within a segment do not verify. What verifies after them was read.</summary>
    Damaged,

    /// <summary>Bytes at the end of a finished segment do not make a record, as a killed writer or a cut file leaves them.</summary>
    TornTail,

    /// <summary>Segments between two others, or after what was read before, are not there: deleted before they were read.</summary>
    MissingSegments,

    /// <summary>The segment has a format that this version does not know; none of it was read.</summary>
    UnknownFormat,

    /// <summary>A record verifies, but it is no request data.</summary>
    NotRequestData,

    /// <summary>The file cannot be read now; it is tried again.</summary>
    Unreadable,
}

/// <summary>Something that a reader found and went on from.</summary>
/// <param name="Kind">What.</param>
/// <param name="File">Name of the segment's file.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Bytes">Bytes that are lost by it; 0 where nobody knows.</param>
/// <param name="Message">The same in words, with file and offset.</param>
public sealed record EventLogProblem(EventLogProblemKind Kind, string File, long Offset, long Bytes, string Message);
