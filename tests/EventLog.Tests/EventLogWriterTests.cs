using System.Diagnostics.Metrics;
using Delivery.EventLog.Appender;
using Delivery.EventLog.Reading;
using Delivery.TestKit;

namespace Delivery.EventLog.Tests;

public sealed class EventLogWriterTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void What_was_appended_is_read_back_in_its_order()
    {
        _scene.WriteClosed(1000);

        _scene.Numbers().Should().Equal(Enumerable.Range(0, 1000));
        _scene.Problems.Should().BeEmpty();
    }

    [Fact]
    public void All_fields_are_read_back()
    {
        using (var log = _scene.Open())
        {
            log.Append(new RequestEntry
            {
                RequestId = "r-1", Time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), Model = "news", ModelVersion = 1, ModelSha256 = "ab", RequestCount = 2, Intent = "NEWS", Features = [1.5f, float.NaN],
                Pivot = 0, Production = 3, Shown = 4, Bundle = "b", Propensity = 0.25, ExploreProbability = 0.5, ExternalRandom = true, SaltBucket = 5, Locale = "ru", Ui = "touch", Experiment = "x",
                Source = "fast_data", Epoch = 6, Commit = "cd", Draw = 7, ClassCount = 11, ConfigHash = 8,
            }).Should().BeTrue();
        }

        _scene.Reader().TryRead(out var record).Should().BeTrue();
        record!.Data.ToString().Should().Be(
            """
            { "requestId": "r-1", "time": "2026-01-02T03:04:05Z", "model": "news", "modelVersion": 1, "modelSha256": "ab", "requestCount": "2", "intent": "NEWS", "features": [ 1.5, "NaN" ], "pivot": 0, "production": 3, "shown": 4, "bundle": "b", "propensity": 0.25, "exploreProbability": 0.5, "externalRandom": true, "saltBucket": "5", "locale": "ru", "ui": "touch", "experiment": "x", "source": "fast_data", "epoch": "6", "commit": "cd", "draw": "7", "classCount": 11, "configHash": "8" }
            """);
    }

    [Fact]
    public void Appending_allocates_nothing()
    {
        using var log = _scene.Open(new EventLogOptions { QueueBytes = 64 << 20 });
        var features = new float[Workload.Features];
        Log(log, features, 2000);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Log(log, features, 5000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        log.Dropped.Should().Be(0);

        static void Log(EventLogWriter log, float[] features, int count)
        {
            for (var i = 0; i < count; i++)
            {
                log.Append(new RequestEntry { RequestId = "request-17", Time = DateTimeOffset.UnixEpoch, Model = "news_touch", Intent = "NEWS_WIZARD", Features = features, Pivot = 1, Shown = 2, Propensity = 0.5 });
            }
        }
    }

    [Fact]
    public void A_segment_is_finished_before_it_grows_over_its_size()
    {
        _scene.WriteClosed(1000, new EventLogOptions { SegmentBytes = 4096 });

        _scene.Files.Should().HaveCountGreaterThan(10).And.OnlyContain(file => file.EndsWith(".events", StringComparison.Ordinal));
        // The mark of the end comes on top.
        _scene.Files.Select(file => new FileInfo(file).Length).Should().OnlyContain(length => length <= 4096 + 12);
        EventLogCheck.Run(_scene.Directory).Should().OnlyContain(segment => segment.State == SegmentState.Sealed && segment.Problems.Count == 0);
        _scene.Numbers().Should().Equal(Enumerable.Range(0, 1000));
    }

    [Fact]
    public void A_record_that_is_longer_than_a_segment_gets_one_of_its_own()
    {
        using (var log = _scene.Open(new EventLogOptions { SegmentBytes = 4096 }))
        {
            var features = new float[2000];
            for (var i = 0; i < 3; i++) Workload.Append(log, 0, i, features).Should().BeTrue();
        }

        _scene.Files.Should().HaveCount(3);
        _scene.Numbers().Should().Equal(0, 1, 2);
    }

    [Fact]
    public async Task A_segment_is_finished_when_it_is_old_and_an_idle_writer_makes_no_empty_ones()
    {
        var time = new ManualTime();
        using var log = _scene.Open(time: time);
        _scene.Flush(log, 0, 1);
        _scene.Files.Should().ContainSingle().Which.Should().EndWith("-20260101T000000000-000000.open");

        time.Advance(TimeSpan.FromMinutes(5));
        await Scene.UntilAsync(() => _scene.Files.Any(file => file.EndsWith("-000000.events", StringComparison.Ordinal))); // while it gets its name a listing may have both or none
        time.Advance(TimeSpan.FromHours(1));
        _scene.Flush(log, 1, 2);

        _scene.Files.Select(Path.GetExtension).Should().Equal(".events", ".open");
        _scene.Numbers().Should().Equal(0, 1);
    }

    [Fact]
    public void Many_writers_share_a_directory_and_each_has_segments_of_its_own()
    {
        var time = new ManualTime(); // all start in the same millisecond
        var logs = Enumerable.Range(0, 8).Select(_ => _scene.Open(new EventLogOptions { SegmentBytes = 4096, QueueBytes = 1 << 20 }, time)).ToList();
        Parallel.For(0, logs.Count, thread => new SceneThread(_scene).Append(logs[thread], thread, 200));
        logs.ForEach(log => log.Dispose());

        var all = Scene.ReadAll(_scene.Reader());

        _scene.Problems.Should().BeEmpty();
        for (var thread = 0; thread < logs.Count; thread++) all.Where(record => record.Thread == thread).Select(record => record.Number).Should().Equal(Enumerable.Range(0, 200));
    }

    [Fact]
    public void Records_that_are_too_long_are_dropped_and_counted()
    {
        using var log = _scene.Open(new EventLogOptions { QueueBytes = 64 << 10 });

        Workload.Append(log, 0, 0, new float[8_100]).Should().BeTrue();
        Workload.Append(log, 0, 1, new float[8_200]).Should().BeFalse("it takes more than half of the queue");
        log.Flush(Scene.Patience).Should().BeTrue();

        (log.Appended, log.Written, log.DroppedTooLarge, log.Dropped).Should().Be((1, 1, 1, 1));
        _scene.Numbers().Should().Equal(0);
    }

    [Fact]
    public void After_its_end_a_writer_drops_and_counts()
    {
        var log = _scene.Open();
        _scene.Append(log, 0, 10);
        log.Dispose();
        log.Dispose();

        Workload.Append(log, 0, 10, new float[1]).Should().BeFalse();

        (log.Appended, log.Written, log.DroppedClosed, log.Lost).Should().Be((10, 10, 1, 0));
        log.Flush(TimeSpan.FromSeconds(1)).Should().BeTrue("nothing waits");
        _scene.Numbers().Should().Equal(Enumerable.Range(0, 10));
    }

    [Fact]
    public void A_writer_that_appended_nothing_leaves_nothing()
    {
        _scene.Open().Dispose();

        Directory.Exists(_scene.Directory).Should().BeFalse();
    }

    [Fact]
    public void With_SyncToDisk_each_flush_goes_to_the_disk()
    {
        var disk = new TroubledDisk();
        using (var log = _scene.Open(disk, new EventLogOptions { SyncToDisk = true }))
        {
            _scene.Flush(log, 0, 1);
            disk.Syncs.Should().Be(1);
            _scene.Flush(log, 1, 2);
            disk.Syncs.Should().Be(2);
        }

        disk.Syncs.Should().Be(3, "the mark of the end too");
        _scene.Numbers().Should().Equal(0, 1);
    }

    [Fact]
    public void The_counters_are_instruments_of_the_meter()
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "Delivery.EventLog" && instrument.Meter.Tags!.Any(tag => tag.Value is string directory && directory == _scene.Directory)) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen[tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}"] = value);
        listener.Start();
        using var log = _scene.Open();
        _scene.Flush(log, 0, 7);
        Workload.Append(log, 0, 7, new float[1_000_000]).Should().BeFalse();

        listener.RecordObservableInstruments();

        seen.Should().BeEquivalentTo(new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["delivery.event_log.appended"] = 7, ["delivery.event_log.written"] = 7, ["delivery.event_log.bytes"] = new FileInfo(_scene.Files.Single()).Length,
            ["delivery.event_log.dropped queue_full"] = 0, ["delivery.event_log.dropped too_large"] = 1, ["delivery.event_log.dropped closed"] = 0, ["delivery.event_log.dropped never_written"] = 0,
            ["delivery.event_log.flush_errors"] = 0, ["delivery.event_log.segments_deleted"] = 0, ["delivery.event_log.segments_deleted_unread"] = 0,
            ["delivery.event_log.queue_records"] = 0, ["delivery.event_log.queue_bytes"] = 0,
        });
    }
}
