using Delivery.Models.Numerics;

namespace Delivery.Models.Tests.Numerics;

public sealed class ElementaryTests
{
    [Theory]
    [InlineData(-746, 710, 1)]
    [InlineData(-1, 1, 2)]
    [InlineData(-745.2, -707, 3)] // results are denormal
    [InlineData(-1e-9, 1e-9, 4)]
    public void Exp_is_within_two_units_of_the_C_library(double low, double high, int seed)
    {
        var random = new Random(seed);
        CompareAll(Elementary.Exp, Math.Exp, () => low + (random.NextDouble() * (high - low)), seed);
    }

    [Fact]
    public void Log_is_within_two_units_of_the_C_library_for_every_exponent()
    {
        const int seed = 5;
        var random = new Random(seed);
        CompareAll(Elementary.Log, Math.Log, () => BitConverter.Int64BitsToDouble(random.NextInt64(1, 0x7FF0_0000_0000_0000)), seed); // denormals included
    }

    [Theory]
    [InlineData(0.5, 2, 6)]
    [InlineData(0.999, 1.001, 7)] // results are near 0, where digits cancel
    [InlineData(0, 1, 8)]
    public void Log_is_within_two_units_of_the_C_library_around_one(double low, double high, int seed)
    {
        var random = new Random(seed);
        CompareAll(Elementary.Log, Math.Log, () => low + (random.NextDouble() * (high - low)), seed);
    }

    [Fact]
    public void Exp_of_the_ends_of_its_range_is_as_documented()
    {
        Elementary.Exp(0).Should().Be(1);
        Elementary.Exp(-0.0).Should().Be(1);
        Elementary.Exp(709.782712893384).Should().BeGreaterThan(1.797693e308).And.BeLessThan(double.PositiveInfinity);
        Elementary.Exp(709.7827128933842).Should().Be(double.PositiveInfinity);
        Elementary.Exp(double.PositiveInfinity).Should().Be(double.PositiveInfinity);
        Elementary.Exp(-745.1332191019411).Should().Be(double.Epsilon);
        Elementary.Exp(-745.1332191019413).Should().Be(0);
        Elementary.Exp(-1e300).Should().Be(0);
        Elementary.Exp(double.NegativeInfinity).Should().Be(0);
        double.IsNaN(Elementary.Exp(double.NaN)).Should().BeTrue();
    }

    [Fact]
    public void Log_of_what_has_none_is_as_documented()
    {
        Elementary.Log(1).Should().Be(0);
        Elementary.Log(0).Should().Be(double.NegativeInfinity);
        Elementary.Log(-0.0).Should().Be(double.NegativeInfinity);
        Elementary.Log(double.PositiveInfinity).Should().Be(double.PositiveInfinity);
        Elementary.Log(double.Epsilon).Should().BeApproximately(-744.4400719213812, 1e-12);
        double.IsNaN(Elementary.Log(-double.Epsilon)).Should().BeTrue();
        double.IsNaN(Elementary.Log(double.NegativeInfinity)).Should().BeTrue();
        double.IsNaN(Elementary.Log(double.NaN)).Should().BeTrue();
    }

    [Theory]
    [InlineData(0, 0x3FF0000000000000UL)]
    [InlineData(1, 0x4005BF0A8B14576AUL)]
    [InlineData(-1, 0x3FD78B56362CEF38UL)]
    [InlineData(0.5, 0x3FFA61298E1E069CUL)]
    [InlineData(-0.5, 0x3FE368B2FC6F960AUL)]
    [InlineData(2, 0x401D8E64B8D4DDAEUL)]
    [InlineData(10, 0x40D5829DCF950560UL)]
    [InlineData(-10, 0x3F07CD79B5647C9AUL)]
    [InlineData(1E-10, 0x3FF000000006DF38UL)]
    [InlineData(0.1, 0x3FF1AEC7B35A00D4UL)]
    [InlineData(-0.3465735902799726, 0x3FE6A09E667F3BCDUL)]
    [InlineData(0.34657359027997264, 0x3FF6A09E667F3BCCUL)]
    [InlineData(88.7, 0x47EF4705BBFFAE5CUL)]
    [InlineData(-88.7, 0x37F05EA01EBCEC78UL)]
    [InlineData(709.7, 0x7FED75AE7A50EE14UL)]
    [InlineData(-708.4, 0x000FF15B469EDF89UL)]
    [InlineData(-720, 0x0000000993B4DC95UL)]
    [InlineData(-744.9, 0x0000000000000001UL)]
    [InlineData(3.141592653589793, 0x403724046EB09339UL)]
    [InlineData(123.456, 0x4B11428E1CBC0143UL)]
    [InlineData(-36.7, 0x3CA0998B04BDD190UL)]
    public void Exp_has_these_very_bits(double x, ulong bits) => BitConverter.DoubleToUInt64Bits(Elementary.Exp(x)).Should().Be(bits);

    [Theory]
    [InlineData(1, 0x0000000000000000UL)]
    [InlineData(2, 0x3FE62E42FEFA39EFUL)]
    [InlineData(0.5, 0xBFE62E42FEFA39EFUL)]
    [InlineData(10, 0x40026BB1BBB55516UL)]
    [InlineData(0.1, 0xC0026BB1BBB55515UL)]
    [InlineData(1E-10, 0xC037069E2AA2AA5BUL)]
    [InlineData(1.0000000001, 0x3DDB7CDFFFFA18D8UL)]
    [InlineData(0.9999999999, 0xBDDB7CE00005E728UL)]
    [InlineData(1.4142135623730951, 0x3FD62E42FEFA39F0UL)]
    [InlineData(1.414213562373095, 0x3FD62E42FEFA39EEUL)]
    [InlineData(0.7071067811865476, 0xBFD62E42FEFA39EEUL)]
    [InlineData(2.718281828459045, 0x3FF0000000000000UL)]
    [InlineData(3.141592653589793, 0x3FF250D048E7A1BDUL)]
    [InlineData(123.456, 0x401343774F3E2362UL)]
    [InlineData(1E+300, 0x4085963447F87FB5UL)]
    [InlineData(1E-300, 0xC085963447F87FB5UL)]
    [InlineData(1E-310, 0xC0864E69394D9508UL)]
    [InlineData(5E-324, 0xC0874385446D71C3UL)]
    [InlineData(1.7976931348623157E+308, 0x40862E42FEFA39EFUL)]
    [InlineData(0.3333333333333333, 0xBFF193EA7AAD030BUL)]
    [InlineData(7, 0x3FFF2272AE325A57UL)]
    public void Log_has_these_very_bits(double x, ulong bits) => BitConverter.DoubleToUInt64Bits(Elementary.Log(x)).Should().Be(bits);

    private static void CompareAll(Func<double, double> ours, Func<double, double> theirs, Func<double> next, int seed)
    {
        var (worst, at) = (0L, 0.0);
        for (var i = 0; i < 400_000; i++)
        {
            var x = next();
            var apart = UnitsApart(ours(x), theirs(x));
            if (apart > worst) (worst, at) = (apart, x);
        }
        worst.Should().BeLessThanOrEqualTo(2, "units apart at {0:R}, seed {1}", at, seed);
    }

    /// <summary>How many doubles lie between two, for finite numbers and infinity of one sign or around 0.</summary>
    private static long UnitsApart(double a, double b) => Math.Abs(Rank(a) - Rank(b));

    private static long Rank(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return bits >= 0 ? bits : long.MinValue - bits;
    }
}
