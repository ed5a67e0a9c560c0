using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Delivery.EventLog.Segments;

/// <summary>The first 40 bytes of a segment.</summary>
/// <param name="Number">Of the segment among those of its writer, from 0.</param>
/// <param name="Salt">Goes into every checksum of the segment, so that bytes of another segment never pass as its own.</param>
/// <param name="CreatedMs">Milliseconds since 1970.</param>
internal readonly record struct SegmentHeader(int Number, ulong Salt, long CreatedMs)
{
    public const int Bytes = 40;
    public const uint Format = 1;

    private const int FormatAt = 8, NumberAt = 12, SaltAt = 16, CreatedAt = 24, SumAt = 36;

    // As in PNG: a copy that took the file for text shows in the first bytes.
    private static ReadOnlySpan<byte> Magic => [0x8A, (byte)'D', (byte)'E', (byte)'L', (byte)'O', (byte)'G', (byte)'\r', (byte)'\n'];

    /// <summary>The salt of a segment follows from its name: a damaged header does not take the records with it.</summary>
    public static ulong SaltOf(string writer, int number) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{writer}-{number:D6}")));

    public void Write(Span<byte> to)
    {
        to[..Bytes].Clear();
        Magic.CopyTo(to);
        BinaryPrimitives.WriteUInt32LittleEndian(to[FormatAt..], Format);
        BinaryPrimitives.WriteInt32LittleEndian(to[NumberAt..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(to[SaltAt..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(to[CreatedAt..], CreatedMs);
        BinaryPrimitives.WriteUInt32LittleEndian(to[SumAt..], Sum(to));
    }

    /// <summary>False for damaged bytes.</summary>
    /// <param name="from">At least <see cref="Bytes"/>.</param>
    /// <param name="header">Set when the format is ours.</param>
    /// <param name="format">Of the file, which may be another than <see cref="Format"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> from, out SegmentHeader header, out uint format)
    {
        header = default;
        format = BinaryPrimitives.ReadUInt32LittleEndian(from[FormatAt..]);
        if (!from.StartsWith(Magic) || Sum(from) != BinaryPrimitives.ReadUInt32LittleEndian(from[SumAt..])) return false;
        header = new SegmentHeader(
            BinaryPrimitives.ReadInt32LittleEndian(from[NumberAt..]), BinaryPrimitives.ReadUInt64LittleEndian(from[SaltAt..]), BinaryPrimitives.ReadInt64LittleEndian(from[CreatedAt..]));
        return true;
    }

    private static uint Sum(ReadOnlySpan<byte> header) => Crc32C.Finish(Crc32C.Add(Crc32C.Start, header[..SumAt]));
}
