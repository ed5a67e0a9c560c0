using Delivery.Training.Trainers;

namespace Delivery.Training.Tests.Trainers;

public sealed class RequestHashTests
{
    [Theory]
    [InlineData("", 17280346270528514342UL)]
    [InlineData("a", 9413272369427828315UL)]
    [InlineData("request-1", 15568773575654238526UL)]
    [InlineData("запрос", 10932241989608079709UL)]
    public void It_never_changes(string requestId, ulong expected) => RequestHash.Of(requestId).Should().Be(expected);

    [Fact]
    public void The_fractions_are_spread_evenly()
    {
        var counts = new int[10];
        for (var i = 0; i < 20_000; i++) counts[(int)(10 * RequestHash.Fraction(RequestHash.Of($"request-{i}")))]++;
        counts.Should().OnlyContain(count => count > 1_800 && count < 2_200);
    }
}
