using Delivery.Cli.Demo;

namespace Delivery.Cli.Tests.Demo;

public sealed class ReaderEventTests
{
    [Fact]
    public void A_generation_that_was_applied_is_read() => ReaderEvent
        .Parse("""{"event":"applied","at":"2026-01-02T03:04:05.678Z","epoch":7,"commit":"abc","models":54}""")
        .Should().Be(new ReaderEvent.Applied(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), 7, 54));

    [Fact]
    public void The_last_line_is_read() => ReaderEvent
        .Parse("""{"event":"end","decisions":12345678901,"failed":1,"epoch":7,"reloads":6}""")
        .Should().Be(new ReaderEvent.Ended(12_345_678_901, 1, 7, 6));

    [Theory]
    [InlineData("")]
    [InlineData("Waiting for a first generation.")]
    [InlineData("[1]")]
    [InlineData("""{"event":"waiting"}""")]
    [InlineData("""{"event":"applied","epoch":7}""")]
    [InlineData("""{"event":"applied","at":"soon","epoch":7,"models":1}""")]
    [InlineData("""{"event":"end","decisions":"many"}""")]
    public void Any_other_line_is_none(string line) => ReaderEvent.Parse(line).Should().BeNull();
}
