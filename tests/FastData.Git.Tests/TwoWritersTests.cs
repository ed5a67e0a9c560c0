using System.Diagnostics;
using Delivery.Models;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.FastData.Git.Tests;

/// <summary>Two real processes that publish to one folder: one wins each epoch, the other reads again and carries on.</summary>
public sealed class TwoWritersTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly List<WriterProcess.Report> _reports = [];
    private int _lost;

    private string Folder => _temporary["fast-data"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Contested_publishes_lose_nothing_and_interleave_no_generation()
    {
        var each = LongRun.IsWanted ? 500 : 40;

        var rounds = 0;
        while (_lost == 0 && rounds < 10) // one may stand still until the other is done
        {
            await RunBothAsync(1 + (rounds * each), 100_001 + (rounds * each), each);
            rounds++;
        }

        output.WriteLine($"{_reports.Count} publishes, {_lost} lost races");
        _reports.Should().HaveCount(2 * each * rounds);
        _lost.Should().BePositive("they contest");
        ShouldBeOneLine(unreported: 0);
    }

    [Fact]
    public async Task Git_commands_that_run_beside_two_writers_take_nothing_from_them()
    {
        var each = LongRun.IsWanted ? 200 : 25;
        using var done = new CancellationTokenSource();
        await RunAsync(200_001, 1);
        var git = Task.Run(() =>
        {
            var commands = 0;
            for (; !done.IsCancellationRequested; commands += 2)
            {
                GitProgram.Run(Folder, "pack-refs", "--all");
                GitProgram.Run(Folder, "repack", "-adq");
            }
            return commands;
        });

        await RunBothAsync(1, 100_001, each);

        await done.CancelAsync();
        output.WriteLine($"{_reports.Count} publishes, {_lost} lost races, {await git} git commands");
        _reports.Should().HaveCount((2 * each) + 1);
        ShouldBeOneLine(unreported: 0);
    }

    [Fact]
    public async Task A_writer_that_is_killed_again_and_again_loses_nothing_that_it_reported_and_stops_no_other()
    {
        const int seed = 17;
        var random = new Random(seed);
        var kills = LongRun.IsWanted ? 60 : 8;
        var steady = RunAsync(1, LongRun.IsWanted ? 400 : 60);
        for (var i = 1; i <= kills; i++)
        {
            using var victim = WriterProcess.Start(Folder, 100_000 * i, 100_000);
            // However slow the machine is, it dies in its work and not in its start.
            if (await victim.StandardOutput.ReadLineAsync() is { } line) Add(line);
            var lines = ReadAsync(victim);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(300)));
            victim.Kill();
            await lines;
        }
        await steady;
        await RunAsync(90_000_001, 1);

        output.WriteLine($"seed {seed}: {kills} kills, {_reports.Count} reported publishes");
        ShouldBeOneLine(unreported: kills);
    }

    private async Task RunAsync(int first, int count)
    {
        using var writer = WriterProcess.Start(Folder, first, count);
        await ReadAsync(writer);
        writer.ExitCode.Should().Be(0);
    }

    // Neither begins before the other is up.
    private async Task RunBothAsync(int first, int second, int count)
    {
        using var one = WriterProcess.Start(Folder, first, count, waits: true);
        using var other = WriterProcess.Start(Folder, second, count, waits: true);
        foreach (var writer in (Process[])[one, other]) (await writer.StandardOutput.ReadLineAsync()).Should().Be(WriterProcess.Ready);
        foreach (var writer in (Process[])[one, other]) await writer.StandardInput.WriteLineAsync();
        foreach (var writer in (Process[])[one, other]) writer.StandardInput.Close();
        await Task.WhenAll(ReadAsync(one), ReadAsync(other));
        (one.ExitCode, other.ExitCode).Should().Be((0, 0));
    }

    private async Task ReadAsync(Process writer)
    {
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            Add(line);
        }
        await writer.WaitForExitAsync();
    }

    private void Add(string line)
    {
        lock (_reports)
        {
            if (line.StartsWith("lost ", StringComparison.Ordinal)) _lost += int.Parse(line.AsSpan(5));
            else _reports.Add(WriterProcess.Parse(line));
        }
    }

    // A writer can die between its commit and its report, so each kill may leave one generation that nobody reported.
    private void ShouldBeOneLine(int unreported)
    {
        var history = new FastDataHistory(Folder);
        var line = history.Read().Reverse().ToList();
        line.Select(generation => generation.Epoch).Should().Equal(Enumerable.Range(1, line.Count).Select(n => (long)n), "epochs grow by one");
        line.Count.Should().BeInRange(_reports.Count, _reports.Count + unreported);
        _reports.Select(report => report.Epoch).Should().OnlyHaveUniqueItems("one writer wins each epoch");
        foreach (var report in _reports)
        {
            var generation = line[(int)report.Epoch - 1];
            generation.Commit.Hex.Should().Be(report.Commit, "epoch {0} was reported", report.Epoch);
            generation.Subject.Should().Be($"Version {report.Version}");
            (report.Epoch == 1 ? "none" : line[(int)report.Epoch - 2].Commit.Hex).Should().Be(report.DecidedOn, "it was decided on its parent");
        }
        foreach (var generation in line)
        {
            var version = int.Parse(generation.Subject.AsSpan("Version ".Length));
            foreach (var name in WriterProcess.Names)
            {
                history.Find(ModelName.Parse(name), generation.Commit)!.File.Span.SequenceEqual(WriterProcess.File(name, version))
                    .Should().BeTrue("all models of epoch {0} are of one writer", generation.Epoch);
            }
        }
        FolderState.ReadLiveWhole(Folder)!.Commit.Should().Be(line[^1].Commit, "the tip is live");
        FolderState.ShouldBeWhole(Folder);
    }
}
