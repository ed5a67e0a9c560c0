using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Tests.Segments;

public sealed class Crc32CTests
{
    [Fact]
    public void The_sum_is_that_of_the_standard() =>
        Crc32C.Finish(Crc32C.Add(Crc32C.Start, "123456789"u8)).Should().Be(0xE3069283, "RFC 3720 gives it");

    [Fact]
    public void Every_length_gives_the_sum_that_is_made_bit_by_bit()
    {
        const int seed = 5;
        var bytes = new byte[100];
        new Random(seed).NextBytes(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            Crc32C.Finish(Crc32C.Add(Crc32C.Start, bytes.AsSpan(0, length))).Should().Be(Reference(bytes.AsSpan(0, length)), "seed {0}, length {1}", seed, length);
        }
    }

    [Fact]
    public void A_number_counts_as_its_little_endian_bytes() =>
        Crc32C.Add(Crc32C.Start, 0x0807060504030201UL).Should().Be(Crc32C.Add(Crc32C.Start, [1, 2, 3, 4, 5, 6, 7, 8]));

    private static uint Reference(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0x82F63B78 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
