using Delivery.Updater.Publishing;

namespace Delivery.Updater.Tests.Publishing;

public sealed class WeightPrecisionTests
{
    private static readonly WeightPrecision Bf16 = new(0, WeightRounding.Bf16);

    [Theory]
    [InlineData(0x3F80_0000u, 0x3F80_0000u, "1 is one already")]
    [InlineData(0x0000_0000u, 0x0000_0000u, "0")]
    [InlineData(0x8000_0000u, 0x8000_0000u, "-0 keeps its sign")]
    [InlineData(0x3F80_7FFFu, 0x3F80_0000u, "below the middle")]
    [InlineData(0x3F80_8000u, 0x3F80_0000u, "a tie, the lower one is even")]
    [InlineData(0x3F81_8000u, 0x3F82_0000u, "a tie, the upper one is even")]
    [InlineData(0x3F80_8001u, 0x3F81_0000u, "above the middle")]
    [InlineData(0xBF80_8001u, 0xBF81_0000u, "the same below 0")]
    [InlineData(0x3FFF_FFFFu, 0x4000_0000u, "up into the next power of two")]
    [InlineData(0x0000_0001u, 0x0000_0000u, "the smallest denormal")]
    [InlineData(0x0000_8000u, 0x0000_0000u, "a denormal tie, down")]
    [InlineData(0x0001_8000u, 0x0002_0000u, "a denormal tie, up")]
    [InlineData(0x007F_FFFFu, 0x0080_0000u, "the largest denormal becomes normal")]
    [InlineData(0x7F7F_7FFFu, 0x7F7F_0000u, "the largest that rounds to a number")]
    [InlineData(0x7F7F_FFFFu, 0x7F7F_0000u, "the largest float stays finite")]
    [InlineData(0xFF7F_FFFFu, 0xFF7F_0000u, "and so does the smallest")]
    [InlineData(0x7F80_0000u, 0x7F80_0000u, "infinity")]
    [InlineData(0xFF80_0000u, 0xFF80_0000u, "-infinity")]
    [InlineData(0x7FC0_0001u, 0x7FC0_0001u, "NaN with its bits")]
    public void Rounding_to_bf16_is_exact(uint bits, uint expected, string why)
    {
        BitConverter.SingleToUInt32Bits(Bf16.Round(BitConverter.UInt32BitsToSingle(bits))).Should().Be(expected, why);
        BitConverter.SingleToUInt32Bits(Bf16.Publish(BitConverter.UInt32BitsToSingle(bits), 1f)).Should().Be(expected, "without a bound nothing is kept");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Rounding_takes_the_nearer_neighbour(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var bits = (uint)random.NextInt64(1L << 32);
            var value = BitConverter.UInt32BitsToSingle(bits);
            if (!float.IsFinite(value)) continue;
            var (inner, outer) = (bits & 0xFFFF_0000, (bits & 0xFFFF_0000) + 0x1_0000);
            double below = BitConverter.UInt32BitsToSingle(inner), above = BitConverter.UInt32BitsToSingle(outer);
            var (down, up) = (Math.Abs(value - below), Math.Abs(above - value));
            var expected = down < up || (down == up && (inner & 0x1_0000) == 0) || !double.IsFinite(above) ? inner : outer;

            BitConverter.SingleToUInt32Bits(Bf16.Round(value)).Should().Be(expected, "seed {0}, value {1}", seed, value);
        }
    }

    [Theory]
    [InlineData(1.25f, 1f, 1f)] // exactly the bound
    [InlineData(0.75f, 1f, 1f)]
    [InlineData(1.2500001f, 1f, 1.2500001f)]
    [InlineData(float.NaN, 1f, float.NaN)]
    [InlineData(float.PositiveInfinity, 1f, float.PositiveInfinity)]
    [InlineData(0f, -0f, -0f)]
    public void Within_the_bound_the_delivered_bits_stay_and_nothing_hides_what_is_no_number(float trained, float delivered, float expected)
    {
        var published = new WeightPrecision(0.25, WeightRounding.None).Publish(trained, delivered);

        BitConverter.SingleToUInt32Bits(published).Should().Be(BitConverter.SingleToUInt32Bits(expected));
    }

    [Fact]
    public void With_both_the_bound_is_measured_from_the_trained_weight()
    {
        var both = new WeightPrecision(0.001, WeightRounding.Bf16);

        both.Publish(1.0035f, 1.003f).Should().Be(1.003f, "the trained weight is within the bound, though the rounded one, 1, is not");
        both.Publish(1.0035f, 1.0050f).Should().Be(1f, "1.0035 rounds to 1");
        new WeightPrecision(0, WeightRounding.None).IsExact.Should().BeTrue();
        both.IsExact.Should().BeFalse();
    }
}
