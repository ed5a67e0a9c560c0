using Delivery.EventLog.Appender;
using Delivery.EventLog.Reading;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.EventLog.Tests;

/// <summary>Kills a real process that appends as fast as it can.</summary>
[Collection(nameof(ProcessGroup))]
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Threads = 3, Records = 50_000; // of 2.5 KB each

    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_killed_process_loses_nothing_that_was_flushed_and_leaves_nothing_that_reads_wrong()
    {
        var runs = LongRun.IsWanted ? 30 : 3;
        for (var run = 0; run < runs; run++)
        {
            if (Directory.Exists(_scene.Directory)) Directory.Delete(_scene.Directory, recursive: true);
            var flushed = await AppendUntilKilledAsync(flushes: 3 + run);

            var read = Scene.ReadAll(_scene.Reader()); // each one verified against what was appended
            for (var thread = 0; thread < Threads; thread++)
            {
                var numbers = read.Where(record => record.Thread == thread).Select(record => record.Number).ToList();
                numbers.Should().Equal(Enumerable.Range(0, numbers.Count), "those of a thread have no gap");
                numbers.Count.Should().BeGreaterThanOrEqualTo(flushed[thread], "so many were flushed");
            }
            _scene.Problems.Should().BeEmpty("what a killed writer left open is no problem yet");
            output.WriteLine($"flushed {string.Join(' ', flushed)}; read {read.Count} in {_scene.Files.Count()} segments; {EventLogCheck.Run(_scene.Directory).Sum(segment => segment.PendingBytes)} bytes torn");
        }
    }

    [Fact]
    public async Task The_next_writer_finishes_what_a_killed_one_left_open_and_writes_into_files_of_its_own()
    {
        await AppendUntilKilledAsync(flushes: 2, segmentBytes: 1 << 30); // none is finished, or the kill might leave none open, or one that is as good as finished
        var left = _scene.Files.Single();
        var cut = EventLogCheck.Run(_scene.Directory).Single().PendingBytes; // the kill may have torn a write of its own
        await using (var tail = new FileStream(left, FileMode.Open))
        {
            tail.SetLength(tail.Length - cut);
            tail.Seek(0, SeekOrigin.End);
            tail.Write([1, 2, 3, 4, 5]); // one whose length is known
        }
        var length = new FileInfo(left).Length;
        File.SetLastWriteTimeUtc(left, File.GetLastWriteTimeUtc(left).AddMinutes(-1));
        var before = Scene.ReadAll(_scene.Reader()).Count;

        using (var log = new EventLogWriter(_scene.Directory))
        {
            _scene.Append(log, 0, 10, thread: 100);
            await Scene.UntilAsync(() => log.SegmentsAdopted == 1);
        }

        new FileInfo(Path.ChangeExtension(left, ".events")).Length.Should().Be(length, "it was renamed, and not one byte was written");
        Scene.ReadAll(_scene.Reader()).Should().HaveCount(before + 10);
        _scene.Problems.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Kind = EventLogProblemKind.TornTail, Bytes = 5L, Offset = length - 5 });
    }

    private Task<int[]> AppendUntilKilledAsync(int flushes, long segmentBytes = 4 << 20) => FlushingProgram.RunUntilKilledAsync(
        typeof(Workload).Assembly.Location, [_scene.Directory, $"{Threads}", $"{segmentBytes}", $"{Records}"], flushes, Scene.Patience);
}
