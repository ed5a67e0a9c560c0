using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Exploring;

namespace Delivery.ApplyRuntime.Tests.Exploring;

public sealed class BundleTests
{
    private const string Local = "positional_local_random";
    private const string Hard = "positional_local_random_hard";
    private const double Few = 0.05 / 11; // what the uniform share gives to every class

    [Theory]
    [InlineData("positional_random")]
    [InlineData(Local)]
    [InlineData(Hard)]
    public void What_is_kept_gives_the_same_class_and_the_same_bits_as_what_is_made_anew(string name)
    {
        foreach (var share in new[] { 0, 0.05, 1 })
        {
            var bundle = Bundle.Create(name, radius: 2, share);
            for (var classes = 1; classes <= Bundle.MostClassesKept; classes += 7)
            {
                for (var pivot = -1; pivot <= classes; pivot++)
                {
                    var distribution = new double[classes];
                    bundle.Fill(pivot, distribution);
                    foreach (var draw in Draws(distribution))
                    {
                        var expected = Bundle.Sample(distribution, draw);
                        bundle.For(pivot, classes).At(draw, out var propensity).Should().Be(expected, $"{share}, {pivot} of {classes} at {draw:R}");
                        BitConverter.DoubleToInt64Bits(propensity).Should().Be(BitConverter.DoubleToInt64Bits(distribution[expected]));
                    }
                }
            }
            bundle.For(0, 8).Should().BeSameAs(bundle.For(0, 8));
            bundle.For(9, 8).Should().BeSameAs(bundle.For(Decision.NoClass, 8), "neither is a class");
        }

        // The sums themselves, what lies just below and above them, and the ends.
        static IEnumerable<double> Draws(double[] distribution)
        {
            var sum = 0.0;
            foreach (var probability in distribution)
            {
                sum += probability;
                foreach (var draw in new[] { Math.BitDecrement(sum), sum, Math.BitIncrement(sum) }.Where(draw => draw is >= 0 and < 1)) yield return draw;
            }
            yield return 0;
            yield return Math.BitDecrement(1);
        }
    }

    [Fact]
    public void Uniform_is_uniform()
    {
        Fill("positional_random", pivot: 2, classes: 4).Should().Equal(0.25, 0.25, 0.25, 0.25);
        Fill("positional_random", pivot: 0, classes: 3).Should().AllBeEquivalentTo(1.0 / 3);
    }

    [Fact]
    public void Local_halves_with_each_step_and_keeps_not_shown_like_the_furthest_neighbour()
    {
        var (one, half, quarter) = (0.95 / 2.75 + Few, 0.95 / 5.5 + Few, 0.95 / 11 + Few);

        Near(Fill(Local, pivot: 5, classes: 11), Few, Few, Few, quarter, half, one, half, quarter, Few, Few, quarter);
    }

    [Fact]
    public void Hard_gives_all_neighbours_and_not_shown_the_same()
    {
        var each = 0.95 / 6 + Few;

        Near(Fill(Hard, pivot: 5, classes: 11), Few, Few, Few, each, each, each, each, each, Few, Few, each);
    }

    [Theory]
    [InlineData(Local, 0, new[] { 1, 0.5, 0.25, 0, 0, 0.25 })] // cut off at the top
    [InlineData(Local, 5, new[] { 0, 0, 0, 0.25, 0.5, 1 })] // around "not shown"
    [InlineData(Local, 4, new[] { 0, 0, 0.25, 0.5, 1, 0.5 })] // "not shown" is a neighbour anyway
    [InlineData(Hard, 0, new[] { 1.0, 1, 1, 0, 0, 1 })]
    [InlineData(Hard, 5, new[] { 0.0, 0, 0, 1, 1, 1 })]
    public void At_the_ends_the_weights_that_are_left_share_all(string name, int pivot, double[] weights)
    {
        var distribution = Fill(name, pivot, classes: 6, uniformShare: 0);

        Near(distribution, [.. weights.Select(weight => weight / weights.Sum())]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public void Without_a_pivot_every_bundle_is_uniform(int pivot)
    {
        foreach (var name in Bundle.Names) Fill(name, pivot, classes: 4).Should().Equal(0.25, 0.25, 0.25, 0.25);
    }

    [Fact]
    public void Every_class_stays_possible_and_the_whole_is_1()
    {
        foreach (var name in Bundle.Names)
        {
            for (var classes = 2; classes < 30; classes++)
            {
                for (var pivot = -1; pivot < classes; pivot++)
                {
                    var distribution = Fill(name, pivot, classes);
                    distribution.Sum().Should().BeApproximately(1, 1e-12);
                    distribution.Min().Should().BeGreaterThanOrEqualTo(0.05 / classes - 1e-15);
                }
            }
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.0999, 0)]
    [InlineData(0.1, 2)] // class 1 cannot be
    [InlineData(0.5999, 2)]
    [InlineData(0.6, 3)]
    [InlineData(0.9999999999999999, 3)] // past the sum, which rounding left under 1
    public void A_draw_falls_into_one_class(double draw, int expected) => Bundle.Sample([0.1, 0, 0.5, 0.3999, 0], draw).Should().Be(expected);

    [Fact]
    public void A_wide_radius_reaches_all_with_exact_powers_of_two() =>
        Fill(Local, pivot: 0, classes: 5, radius: 1000, uniformShare: 0)[3].Should().BeApproximately(0.125 / (1 + 0.5 + 0.25 + 0.125 + 0.0625), 1e-15);

    [Theory]
    [InlineData("positional", 2, 0.05)]
    [InlineData(Local, 0, 0.05)]
    [InlineData(Local, 2, -0.1)]
    [InlineData(Local, 2, double.NaN)]
    public void What_is_no_bundle_is_refused(string name, int radius, double share) =>
        FluentActions.Invoking(() => Bundle.Create(name, radius, share)).Should().Throw<ArgumentException>();

    [Fact]
    public void There_must_be_a_class() =>
        FluentActions.Invoking(() => Bundle.Create(Local, 2, 0.05).Fill(0, [])).Should().Throw<ArgumentException>();

    private static double[] Fill(string name, int pivot, int classes, int radius = 2, double uniformShare = 0.05)
    {
        var distribution = new double[classes];
        var bundle = Bundle.Create(name, radius, uniformShare);
        bundle.Name.Should().Be(name);
        bundle.Fill(pivot, distribution);
        return distribution;
    }

    private static void Near(double[] distribution, params double[] expected) =>
        distribution.Should().BeEquivalentTo(expected, options => options.WithStrictOrdering().Using<double>(c => c.Subject.Should().BeApproximately(c.Expectation, 1e-12)).WhenTypeIs<double>());
}
