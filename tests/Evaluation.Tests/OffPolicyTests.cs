namespace Delivery.Evaluation.Tests;

public sealed class OffPolicyTests
{
    private static readonly LoggedOutcome[] Toy =
        [new(.25, 1, .7), new(.5, 0, .1), new(.25, .5, .2), new(.1, 1, .05), new(.9, 0, .3)];

    private static readonly double[] PredictedRewards = [.6, .2, .4, .5, .1];
    private static readonly double[] PredictedValues = [.55, .25, .35, .3, .2];

    [Fact]
    public void Ips_of_the_toy_items_is_the_published_number()
    {
        var estimate = OffPolicy.Ips(Toy);
        estimate.Value.Should().BeApproximately(.74, 1e-12);
        estimate.StandardError.Should().BeApproximately(.524976, 5e-7);
        estimate.Low.Should().BeApproximately(.74 - 1.959964 * .524976, 2e-6);
        estimate.High.Should().BeApproximately(.74 + 1.959964 * .524976, 2e-6);
        estimate.EffectiveSampleSize.Should().BeApproximately(2.417, 5e-4);
        estimate.MaxWeight.Should().BeApproximately(2.8, 1e-12);
        estimate.MeanWeight.Should().BeApproximately(4.633333 / 5, 1e-6);
        estimate.Count.Should().Be(5);
    }

    [Fact]
    public void Snips_of_the_toy_items_is_the_published_number()
    {
        var estimate = OffPolicy.Snips(Toy);
        estimate.Value.Should().BeApproximately(.798561, 5e-7);
        estimate.StandardError.Should().BeApproximately(.149792, 5e-7);
        estimate.EffectiveSampleSize.Should().BeApproximately(2.417, 5e-4);
    }

    [Fact]
    public void A_cap_of_2_clips_the_one_large_weight() => OffPolicy.Ips(Toy, cap: 2).Value.Should().BeApproximately(.58, 1e-12);

    [Fact]
    public void The_direct_method_is_the_mean_prediction() => OffPolicy.DirectMethod(Toy, PredictedValues).Value.Should().BeApproximately(.33, 1e-12);

    [Fact]
    public void The_doubly_robust_estimate_corrects_the_prediction() =>
        OffPolicy.DoublyRobust(Toy, PredictedValues, PredictedRewards).Value.Should().BeApproximately(.605333, 5e-7);

    [Fact]
    public void The_difference_of_two_policies_is_that_of_their_ips_values()
    {
        var other = Toy.Select((item, i) => item with { TargetProbability = .1 * i }).ToArray();
        var difference = OffPolicy.Difference(Toy, other);
        difference.Value.Should().BeApproximately(OffPolicy.Ips(Toy).Value - OffPolicy.Ips(other).Value, 1e-12);
        difference.EffectiveSampleSize.Should().Be(Math.Min(OffPolicy.Ips(Toy).EffectiveSampleSize, OffPolicy.Ips(other).EffectiveSampleSize));
    }

    [Fact]
    public void The_order_of_the_items_does_not_change_a_bit()
    {
        var random = new Random(11);
        var items = Enumerable.Range(0, 500).Select(_ => new LoggedOutcome(.01 + .99 * random.NextDouble(), random.NextDouble() - .3, random.NextDouble())).ToArray();
        var shuffled = items.ToArray();
        random.Shuffle(shuffled);
        OffPolicy.Ips(shuffled).Should().Be(OffPolicy.Ips(items));
        OffPolicy.Snips(shuffled).Should().Be(OffPolicy.Snips(items));
    }

    [Fact]
    public void No_items_give_no_value()
    {
        OffPolicy.Ips([]).Should().Be(Estimate.None);
        OffPolicy.Snips([]).Should().Be(Estimate.None);
        OffPolicy.DirectMethod([], []).Should().Be(Estimate.None);
    }

    [Fact]
    public void One_item_has_no_bounded_interval() => OffPolicy.Ips([new(.5, 1, 1)]).High.Should().Be(double.PositiveInfinity);

    [Fact]
    public void A_policy_that_never_does_what_was_logged_has_no_self_normalised_value()
    {
        var estimate = OffPolicy.Snips([new(.5, 1, 0), new(.5, 0, 0)]);
        estimate.Value.Should().Be(double.NaN);
        estimate.EffectiveSampleSize.Should().Be(0);
    }

    [Theory]
    [InlineData(0, 1, .5, "propensity 0")]
    [InlineData(1.1, 1, .5, "propensity 1.1")]
    [InlineData(double.NaN, 1, .5, "propensity NaN")]
    [InlineData(.5, double.NaN, .5, "reward NaN")]
    [InlineData(.5, 1, -.1, "target probability -0.1")]
    [InlineData(.5, 1, 1.5, "target probability 1.5")]
    public void An_item_that_cannot_have_been_logged_is_named(double propensity, double reward, double target, string expected)
    {
        var act = () => OffPolicy.Ips([Toy[0], new(propensity, reward, target)]);
        act.Should().Throw<ArgumentException>().WithMessage($"Item 1 has the {expected};*");
    }

    [Fact]
    public void Wrong_lengths_and_caps_are_refused()
    {
        ((Action)(() => OffPolicy.DirectMethod(Toy, [1]))).Should().Throw<ArgumentException>();
        ((Action)(() => OffPolicy.DoublyRobust(Toy, PredictedValues, [double.NaN, 0, 0, 0, 0]))).Should().Throw<ArgumentException>();
        ((Action)(() => OffPolicy.Ips(Toy, 0))).Should().Throw<ArgumentException>();
        ((Action)(() => OffPolicy.Difference(Toy, Toy.AsSpan(1)))).Should().Throw<ArgumentException>();
    }
}
