using System.Globalization;
using Delivery.ApplyRuntime.Host;
using Delivery.EventLog.Reading;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.ApplyRuntime.Tests.Logging;

/// <summary>Kills a real process that decides and logs as fast as it can.</summary>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Threads = 3;

    /// <summary>For a program to start and to flush, on the slowest machine and disk.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Scene _scene = new();
    private readonly TemporaryFolder _events = new();

    public void Dispose()
    {
        _scene.Dispose();
        _events.Dispose();
    }

    [Fact]
    public async Task A_killed_process_keeps_every_decision_but_the_unflushed_tail()
    {
        _scene.Builder.With(Workload.Model, FolderBuilder.Choosing(Workload.Model, 1)).Publish();
        var flushed = await DecideUntilKilledAsync(flushes: 5);

        var problems = new List<EventLogProblem>();
        var reader = new EventLogReader(_events.Path, options: new EventLogReaderOptions { Problem = problems.Add });
        var read = new List<(int Thread, int Number)>();
        while (reader.TryRead(out var record)) read.Add(Workload.Verify(record.Data));

        for (var thread = 0; thread < Threads; thread++)
        {
            var numbers = read.Where(one => one.Thread == thread).Select(one => one.Number).ToList();
            numbers.Should().Equal(Enumerable.Range(0, numbers.Count), "those of a thread have no gap");
            numbers.Count.Should().BeGreaterThanOrEqualTo(flushed[thread], "so many were flushed");
        }
        problems.Should().BeEmpty("what a killed writer left open is no problem yet");
        output.WriteLine($"flushed {string.Join(' ', flushed)}; read {read.Count}");
    }

    private Task<int[]> DecideUntilKilledAsync(int flushes) =>
        FlushingProgram.RunUntilKilledAsync(typeof(Workload).Assembly.Location, [_scene.Root, _events.Path, Threads.ToString(CultureInfo.InvariantCulture)], flushes, Limit);
}
