using System.Diagnostics;
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

    private async Task<int[]> DecideUntilKilledAsync(int flushes)
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        string[] arguments = [typeof(Workload).Assembly.Location, _scene.Root, _events.Path, Threads.ToString(CultureInfo.InvariantCulture)];
        using var process = Process.Start(new ProcessStartInfo(dotnet, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
        using var limit = new CancellationTokenSource(Scene.Patience);
        var last = "";
        for (var i = 0; i < flushes;)
        {
            last = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("The host ended by itself.");
            if (!last.Split(' ').Contains("0")) i++; // a flush counts once every thread has begun
        }
        process.Kill(); // SIGKILL
        var rest = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        // Whole lines only: the last one may be torn by the kill.
        last = rest.Split('\n').SkipLast(1).LastOrDefault(line => line.StartsWith("flushed ", StringComparison.Ordinal)) ?? last;
        return [.. last.Split(' ').Skip(1).Select(count => int.Parse(count, CultureInfo.InvariantCulture))];
    }
}
