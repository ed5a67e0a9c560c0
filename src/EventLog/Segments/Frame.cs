using System.Buffers.Binary;

namespace Delivery.EventLog.Segments;

/// <summary>What stands at a place of a segment.</summary>
internal enum FrameState
{
    /// <summary>A whole record that verifies.</summary>
    Record,

    /// <summary>The mark that a writer puts behind its last record.</summary>
    End,

    /// <summary>The bytes end before the frame does; what is there of it verifies as far as that can be said.</summary>
    Incomplete,

    /// <summary>The head does not verify, so that nobody knows where the next frame starts.</summary>
    BadHead,

    /// <summary>The head verifies, and with it the length; the payload does not.</summary>
    BadPayload,
}

/// <summary>
/// A record in a segment: the length of the payload, a checksum of salt, offset and length, a checksum of these and the payload,
/// and the payload. The head has a checksum of its own, so that a damaged payload can be stepped over; the offset is in it, so
/// that a frame verifies at its own place only.
/// </summary>
internal static class Frame
{
    public const int HeadBytes = 12;

    /// <summary>A writer drops what is longer.</summary>
    public const int LongestPayload = 16 << 20;

    private const int HeadSumAt = 4, SumAt = 8;

    /// <summary>Fills in the head.</summary>
    /// <param name="frame">The head and the payload, which is there already; a head alone is the mark of the end.</param>
    /// <param name="salt">Of the segment.</param>
    /// <param name="offset">Of the head in the file.</param>
    public static void Seal(Span<byte> frame, ulong salt, long offset)
    {
        var length = (uint)(frame.Length - HeadBytes);
        var head = HeadSum(salt, offset, length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[HeadSumAt..], head);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[SumAt..], Sum(head, frame[HeadBytes..]));
    }

    /// <param name="bytes">What there is from the head on; may go on behind the frame.</param>
    /// <param name="salt">Of the segment.</param>
    /// <param name="offset">Of the head in the file.</param>
    /// <param name="length">Of the whole frame; 0 where it is not known.</param>
    public static FrameState Check(ReadOnlySpan<byte> bytes, ulong salt, long offset, out int length)
    {
        length = 0;
        if (bytes.Length < HeadBytes) return FrameState.Incomplete;
        var payload = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var head = BinaryPrimitives.ReadUInt32LittleEndian(bytes[HeadSumAt..]);
        if (payload > LongestPayload || head != HeadSum(salt, offset, payload)) return FrameState.BadHead;
        length = HeadBytes + (int)payload;
        if (bytes.Length < length) return FrameState.Incomplete;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[SumAt..]) != Sum(head, bytes[HeadBytes..length])) return FrameState.BadPayload;
        return payload == 0 ? FrameState.End : FrameState.Record;
    }

    private static uint HeadSum(ulong salt, long offset, uint length) =>
        Crc32C.Finish(Crc32C.Add(Crc32C.Add(Crc32C.Add(Crc32C.Start, salt), (ulong)offset), length));

    // The head's sum goes in as a word of its own: started from it, the sum of no payload would be that sum again.
    private static uint Sum(uint head, ReadOnlySpan<byte> payload) => Crc32C.Finish(Crc32C.Add(Crc32C.Add(Crc32C.Start, (ulong)head), payload));
}
