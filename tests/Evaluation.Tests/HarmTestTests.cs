namespace Delivery.Evaluation.Tests;

public sealed class HarmTestTests
{
    private const int Classes = 4;
    private static readonly HarmTestOptions Options = new();

    [Fact]
    public void Looking_fifty_times_seldom_finds_harm_where_there_is_none()
    {
        var (runs, alarms) = (400, 0);
        for (var seed = 0; seed < runs; seed++)
        {
            var (challenger, champion) = Log(seed, count: 5_000, challengerRate: .1, championRate: .1);
            var harmed = false;
            for (var n = 100; n <= challenger.Length && !harmed; n += 100)
                harmed = HarmTest.Compare(challenger.AsSpan(0, n), champion.AsSpan(0, n), Options).Verdict == HarmVerdict.Harm;
            if (harmed) alarms++;
        }
        // α = 0.05 of 400 runs is 20; three standard deviations of that count are 13.
        alarms.Should().BeLessThanOrEqualTo(33, "of seeds 0 to {0}", runs - 1);
    }

    [Fact]
    public void A_plain_interval_would_be_wrong_far_more_often()
    {
        var (runs, alarms) = (200, 0);
        for (var seed = 0; seed < runs; seed++)
        {
            var (challenger, champion) = Log(seed, count: 5_000, challengerRate: .1, championRate: .1);
            var harmed = false;
            for (var n = 100; n <= challenger.Length && !harmed; n += 100)
                harmed = OffPolicy.Difference(challenger.AsSpan(0, n), champion.AsSpan(0, n)).High < 0;
            if (harmed) alarms++;
        }
        alarms.Should().BeGreaterThan(runs / 10, "this is what the sequence is for, of seeds 0 to {0}", runs - 1);
    }

    [Fact]
    public void Real_harm_is_found()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var (challenger, champion) = Log(seed, count: 5_000, challengerRate: .05, championRate: .4);
            var result = HarmTest.Compare(challenger, champion, Options);
            result.Verdict.Should().Be(HarmVerdict.Harm, "of seed {0}", seed);
            result.High.Should().BeLessThan(0);
            result.Difference.Should().BeInRange(result.Low, result.High);
        }
    }

    [Fact]
    public void A_better_challenger_is_no_harm_and_the_sides_are_symmetric()
    {
        var (challenger, champion) = Log(3, count: 5_000, challengerRate: .4, championRate: .05);
        var forward = HarmTest.Compare(challenger, champion, Options);
        var backward = HarmTest.Compare(champion, challenger, Options);
        forward.Verdict.Should().Be(HarmVerdict.NoHarm);
        backward.Verdict.Should().Be(HarmVerdict.Harm);
        (backward.Low, backward.High, backward.Difference).Should().Be((-forward.High, -forward.Low, -forward.Difference));
        backward.EffectiveSampleSize.Should().Be(forward.EffectiveSampleSize);
    }

    [Fact]
    public void A_loss_within_the_tolerance_is_no_harm()
    {
        var (challenger, champion) = Log(5, count: 20_000, challengerRate: .1, championRate: .15);
        HarmTest.Compare(challenger, champion, Options with { Tolerance = .5 }).Verdict.Should().Be(HarmVerdict.NoHarm);
    }

    [Fact]
    public void Identical_policies_differ_by_nothing()
    {
        var (champion, _) = Log(1, count: 2_000, challengerRate: .2, championRate: .2);
        var result = HarmTest.Compare(champion, champion.ToArray(), Options);
        (result.Verdict, result.Difference, result.Low, result.High).Should().Be((HarmVerdict.NoHarm, 0, 0, 0));
    }

    [Fact]
    public void Different_policies_without_any_reward_are_undecided()
    {
        var (challenger, champion) = Log(1, count: 2_000, challengerRate: 0, championRate: 0);
        var result = HarmTest.Compare(challenger, champion, Options);
        (result.Verdict, result.Low, result.High).Should().Be((HarmVerdict.Undecided, double.NegativeInfinity, double.PositiveInfinity));
    }

    [Fact]
    public void Too_few_items_that_bear_on_the_question_decide_nothing()
    {
        var (challenger, champion) = Log(2, count: 300, challengerRate: 0, championRate: 1);
        var result = HarmTest.Compare(challenger, champion, Options);
        result.EffectiveSampleSize.Should().BeLessThan(100);
        result.Verdict.Should().Be(HarmVerdict.Undecided);
        HarmTest.Compare(challenger, champion, Options with { MinimumEffectiveSampleSize = 10 }).Verdict.Should().Be(HarmVerdict.Harm);
    }

    [Fact]
    public void No_items_decide_nothing()
    {
        var result = HarmTest.Compare([], [], Options with { MinimumEffectiveSampleSize = 0 });
        result.Verdict.Should().Be(HarmVerdict.Undecided);
        (result.Count, result.Difference, result.Low, result.High).Should().Be((0, double.NaN, double.NegativeInfinity, double.PositiveInfinity));
    }

    [Fact]
    public void One_item_decides_nothing() =>
        HarmTest.Compare([new(.5, 1, 0)], [new(.5, 1, 1)], Options with { MinimumEffectiveSampleSize = 0 }).Verdict.Should().Be(HarmVerdict.Undecided);

    [Fact]
    public void The_width_is_the_published_formula()
    {
        var (challenger, champion) = Log(9, count: 2_000, challengerRate: .1, championRate: .2);
        var d = challenger.Zip(champion, (a, b) => (a.Weight - b.Weight) * a.Reward).ToArray();
        var deviation = Math.Sqrt(d.Sum(v => (v - d.Average()) * (v - d.Average())) / (d.Length - 1));
        var (n, alpha) = (2_000.0, .05);
        var rho2 = (-2 * Math.Log(alpha) + Math.Log(-2 * Math.Log(alpha)) + 1) / 2_000;
        var expected = deviation * Math.Sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * Math.Log(Math.Sqrt(n * rho2 + 1) / alpha));
        var result = HarmTest.Compare(challenger, champion, Options);
        ((result.High - result.Low) / 2).Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void Items_that_are_not_the_same_are_refused()
    {
        LoggedOutcome item = new(.5, 1, 1);
        ((Action)(() => HarmTest.Compare([item], [], Options))).Should().Throw<ArgumentException>().WithMessage("1 items*0*");
        ((Action)(() => HarmTest.Compare([item], [item with { Propensity = .4 }], Options))).Should().Throw<ArgumentException>().WithMessage("Item 0*propensity*");
        ((Action)(() => HarmTest.Compare([item], [item with { Reward = .4 }], Options))).Should().Throw<ArgumentException>().WithMessage("Item 0*reward*");
        ((Action)(() => HarmTest.Compare([item with { Propensity = 0 }], [item with { Propensity = 0 }], Options))).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(-1, .05, 100)]
    [InlineData(0, 0, 100)]
    [InlineData(0, 1, 100)]
    [InlineData(0, .05, -1)]
    public void Options_out_of_range_are_refused(double tolerance, double alpha, double effective)
    {
        var options = new HarmTestOptions { Tolerance = tolerance, Alpha = alpha, MinimumEffectiveSampleSize = effective };
        ((Action)(() => HarmTest.Compare([], [], options))).Should().Throw<ArgumentException>();
    }

    /// <summary>Uniform logging over four classes; the challenger always takes class 0, the champion class 1.</summary>
    private static (LoggedOutcome[] Challenger, LoggedOutcome[] Champion) Log(int seed, int count, double challengerRate, double championRate)
    {
        var random = new Random(seed);
        var (challenger, champion) = (new LoggedOutcome[count], new LoggedOutcome[count]);
        for (var i = 0; i < count; i++)
        {
            var shown = random.Next(Classes);
            var rate = shown == 0 ? challengerRate : shown == 1 ? championRate : 0;
            LoggedOutcome item = new(1.0 / Classes, random.NextDouble() < rate ? 1 : 0, 0);
            challenger[i] = item with { TargetProbability = shown == 0 ? 1 : 0 };
            champion[i] = item with { TargetProbability = shown == 1 ? 1 : 0 };
        }
        return (challenger, champion);
    }
}
