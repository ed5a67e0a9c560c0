using Delivery.EventLog.Reading;
using Delivery.EventLog.Segments;
using Delivery.Models.Wire;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.EventLog.Tests;

/// <summary>
/// A segment that was written after docs/formats/event-log.md by a program of another language, with checksums of its own. It must
/// stay readable while format 1 is, and as long as that is written, the same records must give these bytes.
/// </summary>
public sealed class GoldenFileTests
{
    private const string Writer = "golden-1-20260101T000000000";

    private static readonly string Golden = Path.Combine(AppContext.BaseDirectory, "golden", "event-log");

    [Fact]
    public void The_golden_segment_is_read()
    {
        var problems = new List<EventLogProblem>();
        var reader = new EventLogReader(Golden, options: new EventLogReaderOptions { Problem = problems.Add });
        var read = new List<RequestData>();
        while (reader.TryRead(out var record)) read.Add(record.Data);

        read.Should().Equal(Expected());
        problems.Should().BeEmpty();
        EventLogCheck.Run(Golden).Should().ContainSingle().Which.State.Should().Be(SegmentState.Sealed);
    }

    [Fact]
    public void The_same_records_give_the_same_bytes()
    {
        var salt = SegmentHeader.SaltOf(Writer, 0);
        var file = new byte[SegmentHeader.Bytes];
        new SegmentHeader(0, salt, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds()).Write(file);
        foreach (var payload in Expected().Select(data => data.ToByteArray()).Append([]))
        {
            byte[] frame = [.. new byte[Frame.HeadBytes], .. payload];
            Frame.Seal(frame, salt, file.Length);
            file = [.. file, .. frame];
        }

        file.Should().Equal(File.ReadAllBytes(Path.Combine(Golden, $"{Writer}-000000.events")));
    }

    private static IEnumerable<RequestData> Expected()
    {
        yield return new RequestData { RequestId = "r-1", Time = new Timestamp { Seconds = 1_767_225_600 }, Model = "news_touch", Features = { 1, 0.5f, -0.25f }, Pivot = 0, Shown = 2, Propensity = 0.25, ExploreProbability = 1 };
        var second = new RequestData
        {
            RequestId = "запрос", Time = new Timestamp { Seconds = 1_767_225_601, Nanos = 234_567_800 }, Model = "news_touch", ModelVersion = 2, ModelSha256 = string.Concat(Enumerable.Repeat("ab", 32)), RequestCount = 10_000,
            Intent = "NEWS_WIZARD", Pivot = 1, Production = 3, Shown = 10, Bundle = "positional_local_random", Propensity = 0.2, ExploreProbability = 0.19801980198019803, ExternalRandom = true, SaltBucket = 981_792,
            Locale = "ru", Ui = "touch", Experiment = "42", Source = "fast_data", Epoch = 12, Commit = string.Concat(Enumerable.Repeat("cd", 20)), Draw = 0x0123456789ABCDEF, ClassCount = 11, ConfigHash = 0xFEDCBA9876543210,
        };
        second.Features.AddRange(Enumerable.Repeat(0.125f, 20));
        yield return second;
    }
}
