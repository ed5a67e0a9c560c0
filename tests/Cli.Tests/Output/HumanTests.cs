using Delivery.Cli.Output;

namespace Delivery.Cli.Tests.Output;

public sealed class HumanTests
{
    [Theory]
    [InlineData(0.0123, "0.012 s")]
    [InlineData(1.5, "1.5 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(125, "2 min 5 s")]
    [InlineData(7260, "2 h 1 min")]
    [InlineData(90000, "1 d 1 h")]
    [InlineData(-60, "-1 min")]
    public void A_span_has_its_two_largest_units(double seconds, string expected) => Human.Span(TimeSpan.FromSeconds(seconds)).Should().Be(expected);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3L << 30, "3.0 GiB")]
    public void Bytes_come_in_binary_units(long bytes, string expected) => Human.Bytes(bytes).Should().Be(expected);
}
