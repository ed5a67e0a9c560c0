namespace Delivery.Evaluation.Tests;

public sealed class ProportionTests
{
    [Theory]
    [InlineData(0, 10, 0, .277533)]
    [InlineData(.5, 100, .403832, .596168)]
    [InlineData(1, 10, .722467, 1)]
    [InlineData(.1, 20, .027866, .301034)]
    public void Wilsons_interval_is_the_published_one(double share, double count, double low, double high)
    {
        var interval = Proportion.Wilson(share, count);

        interval.Low.Should().BeApproximately(low, 1e-6);
        interval.High.Should().BeApproximately(high, 1e-6);
    }

    [Fact]
    public void No_items_say_nothing()
    {
        Proportion.Wilson(.3, 0).Should().Be((0, 1));
        Proportion.Wilson(double.NaN, 10).Low.Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(-.1, 1)]
    [InlineData(1.1, 1)]
    [InlineData(.5, -1)]
    [InlineData(.5, double.NaN)]
    public void What_is_no_share_of_a_count_is_refused(double share, double count)
    {
        var interval = () => Proportion.Wilson(share, count);

        interval.Should().Throw<ArgumentOutOfRangeException>();
    }
}
