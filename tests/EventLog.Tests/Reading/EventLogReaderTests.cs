using Delivery.EventLog.Appender;
using Delivery.EventLog.Reading;
using Delivery.TestKit;

namespace Delivery.EventLog.Tests.Reading;

public sealed class EventLogReaderTests : IDisposable
{
    private static readonly EventLogOptions Small = new() { SegmentBytes = 4096, QueueBytes = 1 << 20 };

    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_directory_that_is_not_there_has_no_records_and_may_come_later()
    {
        var reader = _scene.Reader();
        reader.TryRead(out _).Should().BeFalse();

        _scene.WriteClosed(3);

        Scene.ReadAll(reader).Should().HaveCount(3);
    }

    [Fact]
    public void The_order_across_writers_is_by_time_then_by_name_and_the_same_each_time()
    {
        foreach (var thread in new[] { 2, 0, 1 }) _scene.WriteClosed(100, Small, thread);

        var first = Scene.ReadAll(_scene.Reader());

        Scene.ReadAll(_scene.Reader()).Should().Equal(first);
        first.Select(record => record.Number).Should().BeInAscendingOrder("the number is the time");
        first.Chunk(3).Select(chunk => string.Join(' ', chunk.Select(record => record.Thread))).Distinct().Should().ContainSingle("among equal times the writer's name decides");
    }

    [Fact]
    public void A_reader_that_goes_on_from_any_record_returns_exactly_the_rest()
    {
        foreach (var thread in new[] { 0, 1 }) _scene.WriteClosed(60, Small, thread);
        var all = Scene.ReadAll(_scene.Reader());
        var reader = _scene.Reader();
        for (var i = 0; ; i++)
        {
            var position = EventLogPosition.Parse(reader.Position.ToString());
            Scene.ReadAll(_scene.Reader(position)).Should().Equal(all.Skip(i), "after {0} records", i);
            if (!reader.TryRead(out _)) break;
        }
        _scene.Problems.Should().BeEmpty();
    }

    [Fact]
    public void A_live_segment_is_read_as_far_as_it_is_written_and_then_further()
    {
        using var log = _scene.Open();
        var reader = _scene.Reader();
        for (var i = 0; i < 20; i++)
        {
            _scene.Flush(log, 10 * i, 10 * (i + 1));
            Scene.ReadAll(reader).Select(record => record.Number).Should().Equal(Enumerable.Range(10 * i, 10));
        }
        _scene.Problems.Should().BeEmpty();
    }

    [Fact]
    public async Task Reading_while_writers_rotate_returns_each_record_once()
    {
        const int count = 5000;
        var writing = Task.Run(() =>
        {
            using var log = _scene.Open(Small);
            new SceneThread(_scene).Append(log, 0, count);
        });
        var reader = _scene.Reader();
        var read = new List<int>();
        for (var last = false; !last;)
        {
            last = writing.IsCompleted;
            read.AddRange(Scene.ReadAll(reader).Select(record => record.Number));
        }
        await writing;

        read.Should().Equal(Enumerable.Range(0, count));
        _scene.Problems.Should().BeEmpty();
        (reader.Records, reader.Problems, reader.LostBytes).Should().Be((count, 0, 0));
    }

    [Fact]
    public async Task Following_waits_for_what_comes_until_it_is_cancelled()
    {
        using var log = _scene.Open();
        using var stop = new CancellationTokenSource(Scene.Patience);
        var numbers = new List<int>();
        var following = Task.Run(async () =>
        {
            await foreach (var record in _scene.Reader(options: new EventLogReaderOptions { PollInterval = TimeSpan.FromMilliseconds(5) }).FollowAsync(stop.Token))
            {
                lock (numbers) numbers.Add(Workload.Verify(record.Data).Number);
            }
        });
        for (var i = 0; i < 5; i++)
        {
            _scene.Flush(log, i, i + 1);
            await Scene.UntilAsync(() =>
            {
                lock (numbers) return numbers.Count == i + 1;
            });
        }
        await stop.CancelAsync();

        following.Invoking(task => task.GetAwaiter().GetResult()).Should().Throw<OperationCanceledException>();
        numbers.Should().Equal(0, 1, 2, 3, 4);
    }

    [Fact]
    public void A_live_segment_that_ends_within_a_record_is_waited_for()
    {
        _scene.WriteClosed(3);
        var (sealedFile, open) = (_scene.Files.Single(), Path.ChangeExtension(_scene.Files.Single(), ".open"));
        var bytes = File.ReadAllBytes(sealedFile);
        File.Delete(sealedFile);
        var reader = _scene.Reader(options: new EventLogReaderOptions { Patience = TimeSpan.Zero });
        var read = new List<int>();
        for (var length = 0; length <= bytes.Length; length++)
        {
            File.WriteAllBytes(open, bytes[..length]);
            read.AddRange(Scene.ReadAll(reader).Select(record => record.Number));
        }

        read.Should().Equal(0, 1, 2);
        _scene.Problems.Should().BeEmpty();
    }

    [Fact]
    public void Bytes_of_a_live_segment_that_do_not_verify_count_as_damaged_after_a_while()
    {
        _scene.WriteClosed(3);
        var (sealedFile, open) = (_scene.Files.Single(), Path.ChangeExtension(_scene.Files.Single(), ".open"));
        var bytes = File.ReadAllBytes(sealedFile);
        File.Delete(sealedFile);
        bytes[60] ^= 1;
        File.WriteAllBytes(open, bytes);
        var time = new ManualTime();
        var reader = _scene.Reader(time: time);

        Scene.ReadAll(reader).Should().BeEmpty("a network file system may show the length first");
        time.Advance(TimeSpan.FromSeconds(9));
        Scene.ReadAll(reader).Should().BeEmpty();
        _scene.Problems.Should().BeEmpty();
        time.Advance(TimeSpan.FromSeconds(1));

        Scene.ReadAll(reader).Select(record => record.Number).Should().Equal(1, 2);
        _scene.Problems.Should().ContainSingle().Which.Kind.Should().Be(EventLogProblemKind.Damaged);
    }

    [Fact]
    public void Segments_that_were_deleted_before_they_were_read_are_reported()
    {
        _scene.WriteClosed(300, Small);
        var reader = _scene.Reader();
        for (var i = 0; i < 30; i++) reader.TryRead(out _).Should().BeTrue();
        foreach (var file in _scene.Files.Skip(2).Take(3).ToList()) File.Delete(file);

        var rest = Scene.ReadAll(_scene.Reader(reader.Position)).Select(record => record.Number).ToList();

        rest.Should().BeInAscendingOrder().And.HaveCountLessThan(270).And.EndWith(299);
        var problem = _scene.Problems.Should().ContainSingle().Subject;
        problem.Kind.Should().Be(EventLogProblemKind.MissingSegments);
        problem.Message.Should().Contain("-000002.events, offset 0: it and all before number 5 are not there any more.");
    }

    [Fact]
    public void A_writer_that_is_new_to_a_reader_must_begin_with_its_first_segment()
    {
        _scene.WriteClosed(5, thread: 1);
        var reader = _scene.Reader();
        Scene.ReadAll(reader);
        _scene.WriteClosed(300, Small);
        File.Delete(_scene.Files.Single(file => new FileInfo(file).Length > 1024 && file.EndsWith("-000000.events", StringComparison.Ordinal)));

        Scene.ReadAll(reader).Should().HaveCountLessThan(300);

        _scene.Problems.Should().ContainSingle().Which.Kind.Should().Be(EventLogProblemKind.MissingSegments);
        new EventLogReader(_scene.Directory).Invoking(fresh => Scene.ReadAll(fresh)).Should().NotThrow("to one that never read here nothing is missing");
    }

    [Fact]
    public void A_writer_whose_segments_are_all_gone_leaves_the_position()
    {
        _scene.WriteClosed(5);
        var gone = _scene.Files.Single();
        var reader = _scene.Reader();
        Scene.ReadAll(reader);
        _scene.WriteClosed(5, thread: 1);
        File.Delete(gone);
        Scene.ReadAll(reader);

        reader.Position.ToString().Should().NotContain(Path.GetFileName(gone)[..^"-000000.events".Length]);
        Directory.Delete(_scene.Directory, recursive: true);
        Directory.CreateDirectory(_scene.Directory);
        var before = reader.Position.ToString();
        Scene.ReadAll(reader);
        reader.Position.ToString().Should().Be(before, "an empty directory may be a disk that is away");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"format\":2,\"writers\":{}}")]
    [InlineData("{\"format\":1,\"writers\":{\"a\":{\"segment\":-1,\"offset\":0}}}")]
    [InlineData("{\"format\":1,\"writers\":{\"a\":{\"segment\":1}}}")]
    [InlineData("{\"format\":1,\"writers\":{\"a\":{\"segment\":1,\"offset\":0},\"a\":{\"segment\":2,\"offset\":0}}}")]
    public void A_position_that_is_none_is_refused(string text) => FluentActions.Invoking(() => EventLogPosition.Parse(text)).Should().Throw<FormatException>();

    [Fact]
    public void A_bookmark_keeps_a_position()
    {
        _scene.WriteClosed(10);
        var reader = _scene.Reader();
        for (var i = 0; i < 4; i++) reader.TryRead(out _);
        Bookmark.Load(_scene.Directory, "trainer-1").Should().BeNull();

        Bookmark.Save(_scene.Directory, "trainer-1", reader.Position);
        Bookmark.Save(_scene.Directory, "trainer-1", reader.Position);

        Scene.ReadAll(_scene.Reader(Bookmark.Load(_scene.Directory, "trainer-1"))).Select(record => record.Number).Should().Equal(4, 5, 6, 7, 8, 9);
        FluentActions.Invoking(() => Bookmark.Save(_scene.Directory, "../x", reader.Position)).Should().Throw<ArgumentException>();
    }
}
