namespace Delivery.Evaluation.Tests;

public sealed class LogLossTests
{
    [Fact]
    public void Six_predictions_lose_the_published_number() =>
        LogLoss.OfBinary([.1, .4, .4, .8, .8, .9], [false, false, true, true, false, true]).Should().BeApproximately(.578403, 5e-7);

    [Fact]
    public void A_sure_mistake_costs_the_clip_and_no_more()
    {
        LogLoss.Of(0).Should().BeApproximately(34.538776, 1e-6);
        LogLoss.Of(1).Should().BeInRange(0, 2e-15);
        LogLoss.Of(double.NaN).Should().Be(double.NaN);
    }

    [Fact]
    public void The_loss_of_chosen_classes_is_the_mean() =>
        LogLoss.OfChosen([.5, .25]).Should().BeApproximately((Math.Log(2) + Math.Log(4)) / 2, 1e-12);

    [Fact]
    public void No_predictions_have_no_loss() => LogLoss.OfChosen([]).Should().Be(double.NaN);

    [Fact]
    public void Labels_that_do_not_match_are_refused() =>
        ((Action)(() => LogLoss.OfBinary([.5], []))).Should().Throw<ArgumentException>();
}
