using System.Diagnostics;
using Delivery.EventLog.Appender;
using Delivery.EventLog.Reading;

namespace Delivery.EventLog.Tests;

[Collection(nameof(ProcessGroup))]
public sealed class DiskTroubleTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly TroubledDisk _disk = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_disk_that_hangs_holds_up_no_request_and_what_finds_no_place_is_counted()
    {
        using var log = _scene.Open(_disk, new EventLogOptions { QueueBytes = 64 << 10 });
        _scene.Flush(log, 0, 1);
        _disk.Hang();

        // If Append waited for the disk, this loop would never end.
        var accepted = Enumerable.Range(1, 5000).Count(number => Workload.Append(log, 0, number, new float[8]));

        accepted.Should().BeInRange(100, 1000);
        (log.Appended, log.DroppedFull, log.Written).Should().Be((accepted + 1, 5000 - accepted, 1L));
        (log.QueueLength, log.Flush(TimeSpan.FromMilliseconds(50))).Should().Be((accepted, false));

        _disk.GoOn();
        log.Flush(Scene.Patience).Should().BeTrue();

        (log.Written, log.FlushErrors).Should().Be((accepted + 1L, 0L));
        _scene.Numbers().Should().Equal(Enumerable.Range(0, accepted + 1), "the first ones found the places");
        _scene.Append(log, 5001, 5002);
    }

    [Fact]
    public async Task A_disk_that_hangs_at_the_end_is_not_waited_for_longer_than_asked()
    {
        var log = _scene.Open(_disk, new EventLogOptions { CloseTimeout = TimeSpan.Zero });
        _disk.Hang();
        _scene.Append(log, 0, 1);

        log.Dispose();

        (log.QueueLength, log.Written).Should().Be((1, 0));
        _disk.GoOn();
        await Scene.UntilAsync(() => Directory.Exists(_scene.Directory) && _scene.Files.Any(file => file.EndsWith(".events", StringComparison.Ordinal)));
        _scene.Numbers().Should().Equal([0], "what waited is written all the same");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(39)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_full_disk_loses_and_doubles_nothing_that_the_queue_can_hold(int room)
    {
        using (var log = _scene.Open(_disk))
        {
            _scene.Flush(log, 0, 3);
            _disk.Room = _ => room;
            _scene.Append(log, 3, 200);
            SpinWait.SpinUntil(() => log.FlushErrors >= 10, Scene.Patience).Should().BeTrue();
            log.LastError.Should().Contain("No space left");
            (log.Written, log.Flush(TimeSpan.FromMilliseconds(20))).Should().Be((3, false));

            _disk.Room = _ => null;
            log.Flush(Scene.Patience).Should().BeTrue("it goes on by itself");
            log.Written.Should().Be(200);
        }

        _scene.Numbers().Should().Equal(Enumerable.Range(0, 200));
        _scene.Problems.Should().BeEmpty();
    }

    [Fact]
    public void A_disk_that_fails_for_a_moment_goes_on_in_the_same_segment()
    {
        using (var log = _scene.Open(_disk))
        {
            _scene.Flush(log, 0, 3);
            var failures = 2;
            _disk.Room = bytes => failures-- > 0 ? bytes / 2 : null;
            _scene.Flush(log, 3, 100);
            log.FlushErrors.Should().Be(2);
        }

        _scene.Files.Should().ContainSingle();
        _scene.Numbers().Should().Equal(Enumerable.Range(0, 100));
        _scene.Problems.Should().BeEmpty();
    }

    [Fact]
    public void What_cannot_even_be_cut_is_read_once_more_or_reported_but_never_lost()
    {
        using (var log = _scene.Open(_disk))
        {
            _scene.Flush(log, 0, 3);
            (_disk.CutFails, _disk.Room) = (true, bytes => bytes - 1);
            _scene.Append(log, 3, 50);
            SpinWait.SpinUntil(() => log.FlushErrors >= 6, Scene.Patience).Should().BeTrue();
            (_disk.CutFails, _disk.Room) = (false, _ => null);
            log.Flush(Scene.Patience).Should().BeTrue();
        }

        var numbers = _scene.Numbers();

        numbers.Distinct().Order().Should().Equal(Enumerable.Range(0, 50));
        _scene.Problems.Should().NotContain(problem => problem.Kind != EventLogProblemKind.TornTail);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)] // by then the segment was given up, and the next one has nothing but what failed writes left
    public void Records_that_a_failing_disk_never_took_are_counted_as_lost_at_the_end(int failures)
    {
        var log = _scene.Open(_disk);
        _scene.Flush(log, 0, 3);
        _disk.Room = bytes => bytes - 1;
        _scene.Append(log, 3, 10);
        SpinWait.SpinUntil(() => log.FlushErrors >= failures, Scene.Patience).Should().BeTrue();
        log.Dispose();

        (log.Written, log.Lost, log.Dropped).Should().Be((3, 7, 7));
        _scene.Numbers().Should().Equal([0, 1, 2], "what a failed write left was cut off");
    }

    [Fact]
    public void A_directory_that_cannot_be_made_yet_is_no_error_and_is_used_once_it_can()
    {
        File.WriteAllText(_scene.Directory, "in the way");
        using var log = _scene.Open();
        _scene.Append(log, 0, 10);
        SpinWait.SpinUntil(() => log.FlushErrors >= 5, Scene.Patience).Should().BeTrue();

        File.Delete(_scene.Directory);

        log.Flush(Scene.Patience).Should().BeTrue();
        _scene.Numbers().Should().Equal(Enumerable.Range(0, 10));
    }

    [Fact]
    public void A_directory_that_is_deleted_is_made_again_and_the_writer_goes_on()
    {
        using var log = _scene.Open();
        _scene.Flush(log, 0, 10);
        Directory.Delete(_scene.Directory, recursive: true);

        _scene.Flush(log, 10, 20);

        _scene.Files.Should().ContainSingle().Which.Should().EndWith("-000001.open");
        _scene.Numbers().Should().Equal(Enumerable.Range(10, 10));
    }

    [SkippableFact]
    public void A_file_system_that_is_really_full_is_written_again_when_there_is_room()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root mounts a small file system.");
        Directory.CreateDirectory(_scene.Directory);
        Skip.IfNot(TryRun("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _scene.Directory), "This machine lets not even root mount a file system.");
        try
        {
            var ballast = Path.Combine(_scene.Directory, "ballast");
            File.WriteAllBytes(ballast, new byte[200 << 10]);
            using (var log = _scene.Open(new EventLogOptions { QueueBytes = 1 << 20, SegmentBytes = 32 << 10 }))
            {
                _scene.Append(log, 0, 800);
                SpinWait.SpinUntil(() => log.FlushErrors >= 8, Scene.Patience).Should().BeTrue();
                log.LastError.Should().Contain("space");
                log.Written.Should().BeLessThan(800);
                File.Delete(ballast);
                log.Flush(Scene.Patience).Should().BeTrue();
                (log.Written, log.Dropped).Should().Be((800, 0));
            }

            _scene.Numbers().Should().Equal(Enumerable.Range(0, 800));
            _scene.Problems.Should().BeEmpty();
        }
        finally
        {
            TryRun("umount", "-l", _scene.Directory).Should().BeTrue();
        }
    }

    private static bool TryRun(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
