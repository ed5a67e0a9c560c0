namespace Delivery.Evaluation.Tests;

public sealed class StrataTests
{
    // A: two arms, the policy shows the first; 2 of its 4 viewers clicked. B: four arms, 1 of the 2 viewers of its arm clicked.
    private static readonly LoggedOutcome[] TwoArms =
        [new(.5, 1, 1), new(.5, 1, 1), new(.5, 0, 1), new(.5, 0, 1), new(.5, 0, 0), new(.5, 1, 0)];

    private static readonly LoggedOutcome[] FourArms =
        [new(.25, 1, 1), new(.25, 0, 1), new(.25, 0, 0), new(.25, 0, 0)];

    [Fact]
    public void The_value_of_two_tests_is_the_mean_of_theirs_by_items()
    {
        var (a, b) = (OffPolicy.Snips(TwoArms), OffPolicy.Snips(FourArms));

        var all = Strata.Combine(a, b);

        (a.Value, b.Value).Should().Be((.5, .5));
        all.Value.Should().BeApproximately((6 * .5 + 4 * .5) / 10, 1e-15);
        all.Count.Should().Be(10);
        // A: each of 4 residuals is 2 · 0.5, the sum of weights is 8: se = √4 / 8. B: 2 residuals of 4 · 0.5 over 8: se = √8 / 8.
        a.StandardError.Should().BeApproximately(.25, 1e-15);
        b.StandardError.Should().BeApproximately(Math.Sqrt(8) / 8, 1e-15);
        all.StandardError.Should().BeApproximately(Math.Sqrt(1.5 * 1.5 + 2) / 10, 1e-15);
        // 4 and 2 viewers count: 1 / (0.36 / 4 + 0.16 / 2).
        all.EffectiveSampleSize.Should().BeApproximately(1 / .17, 1e-12);
        all.MaxWeight.Should().Be(4);
    }

    [Fact]
    public void Tests_that_differ_do_not_widen_the_interval()
    {
        var (low, high) = (new Estimate(.1, .01, 100, 100, 1, 1), new Estimate(.9, .01, 100, 100, 1, 1));

        var all = Strata.Combine(low, high);

        all.Value.Should().BeApproximately(.5, 1e-15);
        all.StandardError.Should().BeApproximately(.01 / Math.Sqrt(2), 1e-15);
        all.EffectiveSampleSize.Should().BeApproximately(200, 1e-9);
    }

    [Fact]
    public void One_stratum_is_itself()
    {
        var one = OffPolicy.Snips(TwoArms);

        var all = Strata.Combine(one, Estimate.None);

        all.Value.Should().Be(one.Value);
        all.StandardError.Should().BeApproximately(one.StandardError, 1e-15);
        all.EffectiveSampleSize.Should().BeApproximately(one.EffectiveSampleSize, 1e-12);
        all.MeanWeight.Should().BeApproximately(one.MeanWeight, 1e-15);
    }

    [Fact]
    public void No_strata_and_strata_of_no_items_are_no_estimate()
    {
        Strata.Combine().Should().Be(Estimate.None);
        Strata.Combine(Estimate.None, Estimate.None).Should().Be(Estimate.None);
    }

    [Fact]
    public void A_stratum_without_a_value_leaves_the_whole_without_one() =>
        Strata.Combine(OffPolicy.Snips(TwoArms), OffPolicy.Snips([new(.5, 1, 0)])).Value.Should().Be(double.NaN);

    [Fact]
    public void The_difference_of_self_normalised_values_is_worked_by_hand()
    {
        var logging = Array.ConvertAll(TwoArms, item => item with { TargetProbability = item.Propensity });

        var difference = OffPolicy.SnipsDifference(TwoArms, logging);

        // 2 of 4 against 3 of 6. Shown by the policy: residual ±0.5/4 ∓ ... = ±(1/8 − 1/12); not shown: ±1/12.
        difference.Value.Should().BeApproximately(0, 1e-15);
        difference.StandardError.Should().BeApproximately(Math.Sqrt(4 * Math.Pow(1 / 8.0 - 1 / 12.0, 2) + 2 * Math.Pow(1 / 12.0, 2)), 1e-15);
        difference.EffectiveSampleSize.Should().Be(4);
        difference.Count.Should().Be(6);
    }

    [Fact]
    public void A_policy_does_not_differ_from_itself()
    {
        var difference = OffPolicy.SnipsDifference(FourArms, FourArms);

        (difference.Value, difference.StandardError).Should().Be((0, 0));
    }

    [Fact]
    public void A_difference_needs_the_same_items()
    {
        var other = Array.ConvertAll(FourArms, item => item with { Reward = 1 - item.Reward });

        var compare = () => OffPolicy.SnipsDifference(FourArms, other);

        compare.Should().Throw<ArgumentException>().WithMessage("Item 0 has the reward 1 on one side and 0 on the other*");
    }
}
