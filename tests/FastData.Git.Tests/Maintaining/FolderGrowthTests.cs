using Delivery.FastData.Git.Maintaining;

namespace Delivery.FastData.Git.Tests.Maintaining;

public sealed class FolderGrowthTests
{
    [Fact]
    public void Growth_is_what_the_newest_week_added_in_a_day_and_says_when_the_disk_is_full()
    {
        using var history = new LongHistory(60); // one each six hours, so four a day; b changes each tenth time

        var growth = FolderGrowth.Measure(history.Folder, new MaintenanceOptions(), history.Time.GetUtcNow());

        var weights = LongHistory.Weights("a", 1).Length;
        growth.BytesPerDay.Should().BeInRange(4 * weights, 6 * weights);
        growth.ColdBytes.Should().Be(0);
        growth.ColdIsAway.Should().BeFalse();
        growth.FreeBytes.Should().BePositive();
        FolderGrowth.FullAt(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), freeBytes: 1000, bytesPerDay: 100).Should().Be(new DateOnly(2026, 2, 10));
        FolderGrowth.FullAt(history.Time.GetUtcNow(), freeBytes: 1000, bytesPerDay: 0).Should().BeNull();
        FolderGrowth.FullAt(history.Time.GetUtcNow(), freeBytes: long.MaxValue, bytesPerDay: 1).Should().BeNull("a date must exist");
    }

    [Fact]
    public async Task The_cold_side_is_measured_and_its_absence_told()
    {
        using var history = new LongHistory(60);
        await history.MaintainAsync(o => o with { KeepWeights = TimeSpan.FromDays(1) });

        FolderGrowth.Measure(history.Folder, new MaintenanceOptions(), history.Time.GetUtcNow()).ColdBytes.Should().BePositive();
        history.TakeColdAway();
        var away = FolderGrowth.Measure(history.Folder, new MaintenanceOptions(), history.Time.GetUtcNow());

        (away.ColdIsAway, away.ColdBytes).Should().Be((true, 0));
        away.BytesPerDay.Should().BePositive("young weights are hot");
    }
}
