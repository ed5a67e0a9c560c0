using Delivery.EventLog.Reading;

namespace Delivery.EventLog.Tests.Reading;

public sealed class EventLogCheckTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_whole_log_has_no_problems()
    {
        _scene.WriteClosed(200, new EventLogOptions { SegmentBytes = 4096 });
        using var log = _scene.Open();
        _scene.Flush(log, 0, 3, thread: 1);

        var segments = EventLogCheck.Run(_scene.Directory).ToList();

        segments.Sum(segment => segment.Records).Should().Be(203);
        segments.Select(segment => segment.File).Should().Equal(_scene.Files.Select(Path.GetFileName));
        segments.Should().OnlyContain(segment => segment.Problems.Count == 0 && segment.PendingBytes == 0);
        segments.Count(segment => segment.State == SegmentState.Open).Should().Be(1);
    }

    [Fact]
    public void Damage_gaps_and_what_is_pending_are_told_with_their_place()
    {
        _scene.WriteClosed(200, new EventLogOptions { SegmentBytes = 4096 });
        var files = _scene.Files.ToList();
        File.Delete(files[1]);
        var damaged = File.ReadAllBytes(files[2]);
        damaged[60] ^= 1;
        File.WriteAllBytes(files[2], damaged);
        File.Move(files[^1], Path.ChangeExtension(files[^1], ".open"));
        using (var last = new FileStream(Path.ChangeExtension(files[^1], ".open"), FileMode.Open)) last.SetLength(last.Length - 20);

        var segments = EventLogCheck.Run(_scene.Directory).ToList();

        segments[1].Problems.Select(problem => problem.Kind).Should().Equal(EventLogProblemKind.MissingSegments, EventLogProblemKind.Damaged);
        segments[1].Problems[1].Should().BeEquivalentTo(new { Offset = 40L, File = Path.GetFileName(files[2]) });
        (segments[^1].State, segments[^1].PendingBytes > 0, segments[^1].Problems.Count).Should().Be((SegmentState.Open, true, 0));
    }
}
