using System.Numerics;

namespace Delivery.Evaluation.Tests;

public sealed class ExactSumTests
{
    [Fact]
    public void Nothing_sums_to_zero() => new ExactSum().Value.Should().Be(0);

    [Theory]
    [InlineData(1e16, 1.0, -1e16, 1.0)]
    [InlineData(1e308, 1e-308, -1e308, 1e-308)]
    [InlineData(double.Epsilon, double.Epsilon, 0.0, 2 * double.Epsilon)]
    [InlineData(-0.1, -0.2, 0.05, -0.25)] // left to right these give -0.25000000000000006
    public void Small_parts_survive_large_ones(double a, double b, double c, double expected)
    {
        var sum = new ExactSum();
        sum.Add(a);
        sum.Add(b);
        sum.Add(c);
        sum.Value.Should().Be(expected);
    }

    [Fact]
    public void It_equals_whole_number_arithmetic_rounded_once()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var sum = new ExactSum();
            var exact = BigInteger.Zero;
            for (var i = 0; i < 60; i++)
            {
                var value = Math.ScaleB(random.NextDouble() - 0.5, random.Next(-300, 300));
                sum.Add(value);
                exact += Scaled(value);
            }
            sum.Value.Should().Be(Rounded(exact), "of seed {0}", seed);
        }
    }

    [Fact]
    public void Order_does_not_matter_and_a_number_taken_out_leaves_no_trace()
    {
        var random = new Random(7);
        var values = Enumerable.Range(0, 1_000).Select(_ => Math.ScaleB(random.NextDouble() - 0.5, random.Next(-40, 40))).ToArray();
        var (forward, backward) = (new ExactSum(), new ExactSum());
        foreach (var value in values) forward.Add(value);
        foreach (var value in values.Reverse()) backward.Add(value);
        backward.Value.Should().Be(forward.Value);

        foreach (var value in values.Skip(1)) forward.Subtract(value);
        forward.Value.Should().Be(values[0]);
    }

    [Fact]
    public void A_number_that_is_not_finite_shows_until_it_is_taken_out()
    {
        var sum = new ExactSum();
        sum.Add(2);
        sum.Add(double.PositiveInfinity);
        sum.Value.Should().Be(double.NaN);
        sum.Subtract(double.PositiveInfinity);
        sum.Value.Should().Be(2);
        sum.Clear();
        sum.Value.Should().Be(0);
    }

    [Fact]
    public void Sums_beyond_the_range_of_doubles_are_infinite()
    {
        var sum = new ExactSum();
        sum.Add(double.MaxValue);
        sum.Add(double.MaxValue);
        sum.Value.Should().Be(double.PositiveInfinity);
        sum.Subtract(double.MaxValue);
        sum.Value.Should().Be(double.MaxValue);
    }

    private static BigInteger Scaled(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger mantissa = bits & 0xF_FFFF_FFFF_FFFF;
        if (exponent == 0) exponent = 1;
        else mantissa += BigInteger.One << 52;
        return (bits < 0 ? -mantissa : mantissa) << (exponent - 1);
    }

    private static double Rounded(BigInteger scaled)
    {
        var magnitude = BigInteger.Abs(scaled);
        var shift = Math.Max(0, (int)magnitude.GetBitLength() - 53);
        var mantissa = magnitude >> shift;
        var rest = magnitude - (mantissa << shift);
        var half = shift == 0 ? BigInteger.One : BigInteger.One << (shift - 1);
        if (shift > 0 && (rest > half || (rest == half && !mantissa.IsEven))) mantissa++;
        return scaled.Sign * Math.ScaleB((double)mantissa, shift - 1074);
    }
}
