using Delivery.FastData.Git.Mirroring;

namespace Delivery.FastData.Git.Tests.Mirroring;

public sealed class PollScheduleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 3, TimeSpan.Zero);

    [Fact]
    public void A_host_polls_at_the_same_offset_whenever_it_is_started()
    {
        var schedule = Of("host-1");

        for (var i = 0; i < 100; i++)
        {
            var now = Now + TimeSpan.FromMilliseconds(1234 * i);
            var wait = schedule.Wait(now, 0);
            wait.Should().BePositive().And.BeLessThanOrEqualTo(Interval);
            ((now + wait).UtcTicks % Interval.Ticks).Should().Be(Of("host-1").Offset.Ticks);
        }
    }

    [Fact]
    public void Hosts_spread_over_the_interval()
    {
        var byTenth = Enumerable.Range(0, 1000).CountBy(i => (int)(Of($"host-{i}").Offset / Interval * 10)).ToDictionary();

        byTenth.Keys.Should().BeEquivalentTo(Enumerable.Range(0, 10));
        byTenth.Values.Should().OnlyContain(hosts => hosts > 50 && hosts < 150);
    }

    [Fact]
    public void Pauses_double_while_the_remote_is_away_up_to_the_longest()
    {
        var schedule = Of("host-1");

        foreach (var (failures, most) in new[] { (1, 10), (2, 20), (3, 40), (6, 300), (2000, 300) })
        {
            schedule.Wait(Now, failures).Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(most) / 2).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(most));
        }
    }

    private static PollSchedule Of(string host) => new(Interval, TimeSpan.FromMinutes(5), host, "/srv/models");
}
