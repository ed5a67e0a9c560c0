using Delivery.EventLog.Reading;

namespace Delivery.EventLog.Tests.Writing;

public sealed class TidyingTests : IDisposable
{
    private static readonly EventLogOptions Small = new() { SegmentBytes = 4096, QueueBytes = 1 << 20 };

    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_segment_whose_writer_lives_is_left_alone_however_old_it_is()
    {
        using var living = _scene.Open();
        _scene.Flush(living, 0, 5);
        _scene.Flush(living, 5, 10); // its own look for dead writers, which follows the first flush, is over
        var open = _scene.Files.Single();
        var dead = Path.Combine(_scene.Directory, "host-1-20200101T000000000-000000.open");
        File.Copy(open, dead);
        foreach (var file in new[] { open, dead }) File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        using var next = _scene.Open();
        _scene.Flush(next, 0, 1, thread: 1);
        await Scene.UntilAsync(() => next.SegmentsAdopted > 0);
        _scene.Flush(next, 1, 2, thread: 1); // the thread that adopts is done with it

        next.SegmentsAdopted.Should().Be(1);
        File.Exists(open).Should().BeTrue();
        File.Exists(Path.ChangeExtension(dead, ".events")).Should().BeTrue();
        _scene.Flush(living, 10, 20);
    }

    [Fact]
    public async Task Segments_of_other_hosts_are_left_alone()
    {
        Directory.CreateDirectory(_scene.Directory);
        var foreign = Path.Combine(_scene.Directory, "other-1-20200101T000000000-000000.open");
        var own = Path.Combine(_scene.Directory, "host-1-20200101T000000000-000000.open");
        foreach (var file in new[] { foreign, own })
        {
            await File.WriteAllBytesAsync(file, []);
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }

        using var log = _scene.Open();
        _scene.Flush(log, 0, 1);
        await Scene.UntilAsync(() => log.SegmentsAdopted > 0);
        _scene.Flush(log, 1, 2); // the thread that adopts is done with it

        File.Exists(foreign).Should().BeTrue();
        _scene.Numbers().Should().Equal(0, 1);
        _scene.Problems.Should().BeEmpty("an empty segment has lost nothing");
    }

    [Fact]
    public void Over_the_limit_of_bytes_the_oldest_go_even_unread_and_a_reader_hears_of_it()
    {
        _scene.WriteClosed(500, Small);
        var reader = _scene.Reader();
        for (var i = 0; i < 10; i++) reader.TryRead(out _).Should().BeTrue();
        Bookmark.Save(_scene.Directory, "trainer", reader.Position);

        using var log = _scene.Open(Small with { KeepBytes = 20_000 });
        _scene.Flush(log, 0, 1, thread: 1);
        _scene.Flush(log, 1, 2, thread: 1); // the thread that tidies up after the first is done with it

        Total().Should().BeLessThanOrEqualTo(20_000);
        log.SegmentsDeletedUnread.Should().Be(log.SegmentsDeleted).And.BeGreaterThan(0);
        var left = Scene.ReadAll(_scene.Reader(Bookmark.Load(_scene.Directory, "trainer"))).Where(record => record.Thread == 0).Select(record => record.Number).ToList();
        left.Should().Equal(Enumerable.Range(left[0], 500 - left[0]), "the newest stay");
        _scene.Problems.Should().ContainSingle().Which.Kind.Should().Be(EventLogProblemKind.MissingSegments);

        long Total() => _scene.Files.Where(file => file.EndsWith(".events", StringComparison.Ordinal)).Sum(file => new FileInfo(file).Length);
    }

    [Fact]
    public async Task Old_segments_go_only_when_every_bookmark_has_passed_them()
    {
        _scene.WriteClosed(200, Small);
        foreach (var file in _scene.Files) File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var segments = _scene.Files.Count();
        var (slow, fast) = (_scene.Reader(), _scene.Reader());
        Scene.ReadAll(fast);
        EventLogRecord? last = null;
        while (last?.Segment != 2) slow.TryRead(out last).Should().BeTrue();
        Bookmark.Save(_scene.Directory, "fast", fast.Position);
        Bookmark.Save(_scene.Directory, "slow", slow.Position);

        var keep = Small with { KeepFor = TimeSpan.FromDays(7) };
        using (var log = _scene.Open(keep))
        {
            _scene.Flush(log, 0, 1, thread: 1);
            await Scene.UntilAsync(() => log.SegmentsDeleted == 2);
            _scene.Flush(log, 1, 2, thread: 1); // the thread that deletes is done with it
            (log.SegmentsDeleted, log.SegmentsDeletedUnread).Should().Be((2, 0));
        }
        Bookmark.Delete(_scene.Directory, "slow");
        using (var log = _scene.Open(keep))
        {
            _scene.Flush(log, 0, 1, thread: 2);
            await Scene.UntilAsync(() => log.SegmentsDeleted == segments - 2);
        }

        var rest = _scene.Reader(fast.Position);
        Scene.ReadAll(rest).Should().Equal((1, 0), (2, 0), (1, 1));
        _scene.Problems.Should().BeEmpty("all that went had been read");
    }

    [Fact]
    public async Task A_damaged_bookmark_keeps_everything()
    {
        _scene.WriteClosed(200, Small);
        var before = _scene.Files.Count();
        await File.WriteAllTextAsync(Path.Combine(_scene.Directory, "trainer.bookmark"), "{}");

        using var log = _scene.Open(Small with { KeepFor = TimeSpan.Zero, KeepBytes = 1 });
        _scene.Flush(log, 0, 1, thread: 1);
        await Scene.UntilAsync(() => log.FlushErrors > 0);

        log.LastError.Should().Contain("trainer.bookmark");
        (log.SegmentsDeleted, log.Written).Should().Be((0, 1));
        _scene.Files.Count(file => file.EndsWith(".events", StringComparison.Ordinal)).Should().Be(before);
    }
}
