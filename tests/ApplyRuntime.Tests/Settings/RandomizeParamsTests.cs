using System.Globalization;
using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Tests.Settings;

public sealed class RandomizeParamsTests
{
    private static readonly RandomizeParams Users = new()
    {
        RandomizeBundle = "positional_local_random_hard", RandomProbA = 20, RandomProbFunc = RandomProbFunc.Sqrt, MinRandomProb = 0.05,
    };

    [Theory]
    [InlineData(0, 1)]
    [InlineData(100, 1)] // 1.818 without the limit
    [InlineData(361, 1)] // the last of them
    [InlineData(362, 0.9986868471158143)]
    [InlineData(1000, 0.6130686006343101)]
    [InlineData(10_000, 0.19801980198019803)]
    [InlineData(30_000, 0.11480721407839443)]
    [InlineData(100_000, 0.06304618366520423)]
    [InlineData(159_200, 0.050000156642340726)]
    [InlineData(159_201, 0.05)] // the square root is 399
    [InlineData(1_000_000, 0.05)]
    public void The_users_formula_gives_the_known_values_to_the_bit(int n, double expected) => Users.ExploreProbability((ulong)n).Should().Be(expected);

    [Theory]
    [InlineData(10_000, 18_603)]
    [InlineData(0, 12_140)]
    public void Of_the_first_100000_requests_so_many_are_randomised(int fullRandom, int expected)
    {
        var settings = Users with { FullRandomReqCount = fullRandom };
        var sum = 0.0;
        for (var n = 0UL; n < 100_000; n++) sum += settings.ExploreProbability(n);
        Math.Round(sum).Should().Be(expected);
    }

    [Fact]
    public void Below_the_full_random_count_everything_is_randomised()
    {
        var settings = Users with { FullRandomReqCount = 10_000 };

        settings.ExploreProbability(9_999).Should().Be(1);
        settings.ExploreProbability(10_000).Should().BeApproximately(0.198, 0.001);
        (settings with { RandomProbA = 0, RandomProbFunc = null, MinRandomProb = 0 }).ExploreProbability(10_000).Should().Be(0);
    }

    [Theory]
    [InlineData(RandomProbFunc.Sqrt, 0, 2)]
    [InlineData(RandomProbFunc.Id, 0, 2)]
    [InlineData(RandomProbFunc.Log1p, 0, 2)]
    [InlineData(RandomProbFunc.Log, 0, 2)] // no value: the probability is 1
    [InlineData(RandomProbFunc.Log, 1, 2)]
    [InlineData(RandomProbFunc.Sqrt, 9, 0.5)]
    [InlineData(RandomProbFunc.Id, 9, 0.2)]
    [InlineData(RandomProbFunc.Log, 9, 0.625542545299182)]
    [InlineData(RandomProbFunc.Log1p, 9, 0.6055862131282277)]
    public void Each_function_is_what_it_is_called(RandomProbFunc function, int n, double expected) =>
        (Users with { RandomProbA = 2, RandomProbFunc = function }).ExploreProbability((ulong)n).Should().BeApproximately(Math.Min(expected, 1), 1e-15);

    [Theory]
    [InlineData(-1, 1)] // a denominator of 0
    [InlineData(-2, 1)] // one below
    [InlineData(-0.5, 0.2)]
    [InlineData(0, 0.1)] // no function of n at all
    [InlineData(1, 0.05)]
    public void Where_the_denominator_is_not_above_0_the_probability_is_1(double b, double expected) =>
        (Users with { RandomProbA = 0.1, RandomProbB = b, RandomProbFunc = RandomProbFunc.Id }).ExploreProbability(1).Should().Be(expected, "B is {0}", b.ToString(CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void It_is_a_probability_for_any_count_and_any_settings(long n)
    {
        foreach (var function in Enum.GetValues<RandomProbFunc>())
        {
            foreach (var b in new[] { -1e300, -1, 0, 1, 1e300 })
            {
                (Users with { RandomProbB = b, RandomProbFunc = function }).ExploreProbability((ulong)n).Should().BeInRange(0.05, 1, "B is {0} and f is {1}", b, function);
            }
        }
    }

    [Fact]
    public void A_count_that_goes_backwards_is_taken_as_it_is() =>
        Users.ExploreProbability(400).Should().BeGreaterThan(Users.ExploreProbability(4000), "a model that was trained anew explores as a new one");
}
