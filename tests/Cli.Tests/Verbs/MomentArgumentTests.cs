using Delivery.Cli.Verbs;

namespace Delivery.Cli.Tests.Verbs;

public sealed class MomentArgumentTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-03-02", "2026-03-02T00:00:00Z")]
    [InlineData("2026-03-01T13:30", "2026-03-01T13:30:00Z")]
    [InlineData("2026-03-01T13:30:15Z", "2026-03-01T13:30:15Z")]
    [InlineData("2026-03-01 13:30", "2026-03-01T13:30:00Z")]
    [InlineData("2026-03-01T13:30+02:00", null)]
    [InlineData("2026-03-01T15:30+02:00", "2026-03-01T13:30:00Z")]
    [InlineData("90m", "2026-03-01T13:30:00Z")]
    [InlineData("3d", "2026-03-04T12:00:00Z")]
    [InlineData("01:30:00", "2026-03-01T13:30:00Z")]
    [InlineData("-1h", null)]
    [InlineData("03/02/2026", null)]
    [InlineData("99999999d", null)]
    [InlineData("", null)]
    public void A_time_is_iso_or_a_duration_from_now_and_lies_ahead(string text, string? expected)
    {
        var read = () => MomentArgument.Future(text, "--until", Now);

        if (expected is null) read.Should().Throw<VerbException>().Which.Should().Match<VerbException>(e => e.ExitCode == ExitCodes.Usage && e.Message.StartsWith($"--until is '{text}'"));
        else read().Should().Be(DateTimeOffset.Parse(expected));
    }

    [Fact]
    public void No_time_is_none() => MomentArgument.Future(null, "--until", Now).Should().BeNull();
}
