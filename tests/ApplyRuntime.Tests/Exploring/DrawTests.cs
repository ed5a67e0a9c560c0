using Delivery.ApplyRuntime.Exploring;

namespace Delivery.ApplyRuntime.Tests.Exploring;

public sealed class DrawTests
{
    private static readonly DateTimeOffset NewYear = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory] // computed by a second implementation, in Python
    [InlineData("u1", "погода", "news_online", 3202677530u, 0.7456814707256854, 0.530088854720816)]
    [InlineData("u2", "погода", "news_online", 3846000640u, 0.8954668045043945, 0.10328940209001303)]
    [InlineData("", "", "m", 3641224092u, 0.847788549028337, 0.3208569453563541)]
    [InlineData("u1", "weather", "news_online", 876521535u, 0.20408107317052782, 0.9173891847021878)]
    public void A_draw_is_the_same_everywhere(string user, string query, string model, uint hash, double explore, double choose)
    {
        var draw = Draw.Of(model, user, query, 981792);

        (draw.Hash, draw.Explore, draw.Choose).Should().Be((hash, explore, choose));
    }

    [Fact]
    public void Each_part_counts_and_none_runs_into_the_next()
    {
        uint[] hashes =
        [
            Draw.Of("m", "ab", "c", 1).Hash, Draw.Of("m", "a", "bc", 1).Hash, Draw.Of("m", "abc", "", 1).Hash, Draw.Of("m", "", "abc", 1).Hash,
            Draw.Of("ma", "b", "c", 1).Hash, Draw.Of("n", "ab", "c", 1).Hash, Draw.Of("m", "ab", "c", 2).Hash, Draw.Of("m", "ab", "c", -1).Hash,
        ];

        hashes.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(0, 30, 981792)]
    [InlineData(29.99, 30, 981792)]
    [InlineData(30, 30, 981793)]
    [InlineData(-0.01, 30, 981791)]
    [InlineData(0, 1, 29453760)]
    [InlineData(0, 525_600, 56)]
    public void A_salt_period_begins_on_the_clock_for_all(double minutes, int saltMinutes, long bucket) =>
        Draw.SaltBucket(NewYear.AddMinutes(minutes), saltMinutes).Should().Be(bucket);

    [Fact]
    public void Periods_before_1970_are_as_long_as_any_other()
    {
        Draw.SaltBucket(DateTimeOffset.UnixEpoch, 30).Should().Be(0);
        Draw.SaltBucket(DateTimeOffset.UnixEpoch.AddMilliseconds(-1), 30).Should().Be(-1);
        Draw.SaltBucket(DateTimeOffset.UnixEpoch.AddMinutes(-30), 30).Should().Be(-1);
        Draw.SaltBucket(DateTimeOffset.UnixEpoch.AddMinutes(-30).AddMilliseconds(-1), 30).Should().Be(-2);
    }

    [Fact]
    public void A_zone_of_time_changes_nothing() =>
        Draw.SaltBucket(NewYear.ToOffset(TimeSpan.FromHours(5)), 30).Should().Be(Draw.SaltBucket(NewYear, 30));

    [Fact]
    public void Draws_of_users_are_even_and_the_second_does_not_follow_from_the_first()
    {
        const int users = 200_000;
        const int cells = 20;
        var both = new int[cells, cells];
        for (var user = 0; user < users; user++)
        {
            var draw = Draw.Of("news", $"user{user}", "weather", 7);
            both[(int)(draw.Explore * cells), (int)(draw.Choose * cells)]++;
        }
        var expected = users / (double)(cells * cells);
        var chiSquare = both.Cast<int>().Sum(count => (count - expected) * (count - expected) / expected);
        chiSquare.Should().BeLessThan(490, "chi-square with 399 degrees of freedom is above 490 once in a thousand times");
    }
}
