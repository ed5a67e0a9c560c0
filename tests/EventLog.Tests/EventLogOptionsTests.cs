using Delivery.TestKit;

namespace Delivery.EventLog.Tests;

public sealed class EventLogOptionsTests
{
    [Fact]
    public void The_defaults_are_usable() => new EventLogOptions().Problems().Should().BeEmpty();

    [Fact]
    public void All_mistakes_are_told_at_once_and_nothing_is_made()
    {
        using var folder = new TemporaryFolder();
        var options = new EventLogOptions
        {
            SegmentBytes = 1, SegmentAge = TimeSpan.Zero, FlushInterval = TimeSpan.FromHours(1), QueueBytes = 1, QueueRecords = 0, LongestRetryDelay = TimeSpan.Zero,
            CloseTimeout = -TimeSpan.FromSeconds(1), KeepFor = -TimeSpan.FromSeconds(1), KeepBytes = -1, Host = "",
        };

        var open = () => new EventLogWriter(folder["events"], options);

        open.Should().Throw<ArgumentException>().Which.Message.Should().ContainAll(
            "SegmentBytes is 1;", "SegmentAge is 00:00:00;", "FlushInterval is 01:00:00;", "QueueBytes is 1;", "QueueRecords is 0;", "LongestRetryDelay is", "CloseTimeout is", "KeepFor is", "KeepBytes is -1;", "Host is empty.");
        Directory.Exists(folder["events"]).Should().BeFalse();
    }
}
