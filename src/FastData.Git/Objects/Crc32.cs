namespace Delivery.FastData.Git.Objects;

/// <summary>The CRC-32 of zip and of git's pack index (polynomial 0xEDB88320, reflected).</summary>
internal static class Crc32
{
    private static readonly uint[] Table = MakeTable();

    public static uint Of(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content) crc = Table[(byte)(crc ^ value)] ^ (crc >> 8);
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
        var table = new uint[256];
        for (var i = 0u; i < table.Length; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            table[i] = crc;
        }
        return table;
    }
}
