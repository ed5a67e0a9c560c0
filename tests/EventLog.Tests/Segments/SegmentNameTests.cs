using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Tests.Segments;

public sealed class SegmentNameTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.FromHours(1));

    [Fact]
    public void A_name_says_host_process_start_and_number()
    {
        var name = new SegmentName(SegmentName.WriterOf("search 12-b.ru", 4711, Start), 3, IsOpen: true);

        name.File.Should().Be("search_12-b.ru-4711-20260102T020405678-000003.open");
        name.Sealed.File.Should().Be("search_12-b.ru-4711-20260102T020405678-000003.events");
        SegmentName.HostOf(name.Writer).Should().Be("search_12-b.ru");
    }

    [Theory]
    [InlineData("h-1-20260102T020405678-000003.events", "h-1-20260102T020405678", 3, false)]
    [InlineData("h-1-20260102T020405678-1000003.open", "h-1-20260102T020405678", 1_000_003, true)]
    public void What_was_written_is_read(string file, string writer, int number, bool open)
    {
        SegmentName.TryParse(file, out var name).Should().BeTrue();

        name.Should().Be(new SegmentName(writer, number, open));
        name.File.Should().Be(file);
    }

    [Theory]
    [InlineData("trainer.bookmark")]
    [InlineData("h-1-2-3.events")]
    [InlineData("-000003.events")]
    [InlineData("h-1-2-00000x.events")]
    [InlineData("h-1-2-000003.events.gz")]
    [InlineData("h-1-2-99999999999.events")]
    public void Other_files_are_none_of_ours(string file) => SegmentName.TryParse(file, out _).Should().BeFalse();
}
