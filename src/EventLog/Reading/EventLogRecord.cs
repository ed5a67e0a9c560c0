using Delivery.Models.Wire;

namespace Delivery.EventLog.Reading;

/// <summary>A record that was read whole and verified.</summary>
/// <param name="Data">The decision.</param>
/// <param name="Writer">Name of its writer: host, process and start.</param>
/// <param name="Segment">Number of its segment, from 0.</param>
/// <param name="Offset">Of the record in the segment's file.</param>
/// <param name="Bytes">That it takes there.</param>
public sealed record EventLogRecord(RequestData Data, string Writer, int Segment, long Offset, int Bytes);
