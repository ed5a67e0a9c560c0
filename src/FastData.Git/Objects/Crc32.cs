using System.Buffers.Binary;

namespace Delivery.FastData.Git.Objects;

/// <summary>The CRC-32 of zip and of git's pack index (polynomial 0xEDB88320, reflected), eight bytes at a time.</summary>
internal static class Crc32
{
    private const int Slices = 8;

    // Entry 256·s + b is what byte b does to the sum when s bytes follow it.
    private static readonly uint[] Table = MakeTable();

    public static uint Of(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        var table = Table.AsSpan();
        while (content.Length >= Slices)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(content) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(content[4..]);
            crc = table[0x700 + (byte)low] ^ table[0x600 + (byte)(low >> 8)] ^ table[0x500 + (byte)(low >> 16)] ^ table[0x400 + (int)(low >> 24)]
                ^ table[0x300 + (byte)high] ^ table[0x200 + (byte)(high >> 8)] ^ table[0x100 + (byte)(high >> 16)] ^ table[(int)(high >> 24)];
            content = content[Slices..];
        }
        foreach (var value in content) crc = table[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    /// <summary>The one bit whose flip explains that content has another checksum than expected; null when no single one does.</summary>
    /// <remarks>
    /// The checksum is linear: a flipped bit changes it by an amount that follows only from the bit and from how many bytes come after
    /// it. So one pass from the end finds it.
    /// </remarks>
    /// <returns>Its number from the start, eight a byte, the lowest bit of a byte first.</returns>
    public static long? FlippedBit(ReadOnlySpan<byte> content, uint expected)
    {
        var wanted = Of(content) ^ expected;
        Span<uint> changes = stackalloc uint[8];
        for (var bit = 0; bit < 8; bit++) changes[bit] = Table[1 << bit];
        for (var at = content.Length - 1; at >= 0; at--)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                if (changes[bit] == wanted) return (8L * at) + bit;
                changes[bit] = Table[(byte)changes[bit]] ^ (changes[bit] >> 8);
            }
        }
        return null;
    }

    private static uint[] MakeTable()
    {
        var table = new uint[256 * Slices];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            table[i] = crc;
        }
        for (var i = 256; i < table.Length; i++) table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        return table;
    }
}
