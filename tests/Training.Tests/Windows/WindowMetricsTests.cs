using Delivery.Evaluation;
using Delivery.Training.Windows;

namespace Delivery.Training.Tests.Windows;

public sealed class WindowMetricsTests
{
    private static readonly WindowEntry[] Four =
    [
        new(1_000, Shown: 0, Predicted: 0, BestPredicted: 1, Production: 0, Propensity: .5, Reward: 1, ShownProbability: .5),
        new(3_000, Shown: 1, Predicted: 0, BestPredicted: 1, Production: 1, Propensity: .25, Reward: 2, ShownProbability: .25),
        new(2_000, Shown: 0, Predicted: 0, BestPredicted: 1, Production: -1, Propensity: .5, Reward: 0, ShownProbability: .5),
        new(4_000, Shown: 1, Predicted: 2, BestPredicted: 1, Production: -1, Propensity: .25, Reward: -1, ShownProbability: .25),
    ];

    [Fact]
    public void Every_number_is_that_of_its_definition()
    {
        var metrics = WindowMetrics.Of(Four, 4);
        (metrics.Fill, metrics.RewardedCount, metrics.MeanReward).Should().Be((4, 3, .5));
        metrics.OnlineIps.Value.Should().Be((2 * 1 + 2 * 0) / 4.0);
        metrics.OnlineSnips.Value.Should().Be(2 / 4.0);
        metrics.OnlineSnips.EffectiveSampleSize.Should().Be(2);
        metrics.BestSnips.Value.Should().Be((4 * 2 - 4 * 1) / 8.0);
        metrics.ProductionIps.Value.Should().Be((2 * 1 + 4 * 2) / 2.0);
        metrics.ProductionIps.Count.Should().Be(2);
        metrics.ProductionSnips.Value.Should().Be((2 * 1 + 4 * 2) / 6.0);
        metrics.Lift.Value.Should().Be((0 - 8) / 2.0);
        metrics.LogLoss.Should().BeApproximately((2 * Math.Log(2) + 2 * Math.Log(4)) / 4, 1e-12);
        metrics.Accuracy.Should().Be(.5);
        metrics.WinLossAuc.Should().Be(.75, "the loss has .25; one win has .5, the other the same");
        metrics.PredictedClasses.Should().Equal(3, 0, 1, 0);
        metrics.PredictedEntropy.Should().BeApproximately(-(.75 * Math.Log(.75) + .25 * Math.Log(.25)), 1e-12);
        metrics.SupportGapShare.Should().Be(.25, "class 2 was shown nowhere");
        (metrics.Oldest, metrics.Newest).Should().Be((DateTimeOffset.FromUnixTimeSeconds(1), DateTimeOffset.FromUnixTimeSeconds(4)));
    }

    [Fact]
    public void The_order_of_the_entries_changes_no_bit()
    {
        var random = new Random(3);
        var entries = Enumerable.Range(0, 400).Select(i => DecisionWindowTests.Entry(random, i)).ToArray();
        var shuffled = entries.ToArray();
        random.Shuffle(shuffled);
        WindowMetrics.Of(shuffled, 4).Should().BeEquivalentTo(WindowMetrics.Of(entries, 4));
    }

    [Fact]
    public void An_empty_window_says_nothing()
    {
        var metrics = WindowMetrics.Of([], 3);
        (metrics.Fill, metrics.MeanReward, metrics.LogLoss, metrics.Oldest).Should().Be((0, double.NaN, double.NaN, null));
        metrics.OnlineSnips.Should().Be(Estimate.None);
        metrics.Lift.Should().Be(Estimate.None);
    }

    [Fact]
    public void A_single_class_has_no_entropy() => WindowMetrics.Of([Four[0], Four[2]], 4).PredictedEntropy.Should().Be(0);
}
