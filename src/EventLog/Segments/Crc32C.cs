using System.Numerics;
using System.Runtime.InteropServices;

namespace Delivery.EventLog.Segments;

/// <summary>The CRC-32C of iSCSI and ext4 (polynomial 0x1EDC6F41, reflected). The framework takes the processor's instruction where there is one.</summary>
internal static class Crc32C
{
    /// <summary>Of no bytes at all; the start of every sum.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>Goes on with a sum that is not finished.</summary>
    public static uint Add(uint sum, ReadOnlySpan<byte> bytes)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) sum = Add(sum, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        foreach (var value in bytes[(bytes.Length & ~7)..]) sum = BitOperations.Crc32C(sum, value);
        return sum;
    }

    /// <summary>The same for the eight bytes of a little-endian number.</summary>
    public static uint Add(uint sum, ulong value) => BitOperations.Crc32C(sum, value);

    /// <summary>The sum as it is written.</summary>
    public static uint Finish(uint sum) => ~sum;
}
