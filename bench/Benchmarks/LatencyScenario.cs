using System.Diagnostics;
using Delivery.ApplyRuntime;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>From CURRENT moved to the first decision by the new model, 10 of 100 models changed: with file events, and with the poll alone, at random times of its second.</summary>
internal static class LatencyScenario
{
    private const int Models = 100;
    private const int Changed = 10;
    private const int Features = 601;

    public static async Task RunAsync(TextWriter output, int runs)
    {
        output.WriteLine($"| {runs} runs each | median | p95 | maximum | target |\n| --- | ---: | ---: | ---: | ---: |");
        await MeasureAsync(output, runs, "file events", new RuntimeOptions(), "under 50 ms");
        await MeasureAsync(output, runs, "poll alone, each second", new RuntimeOptions { UseFileEvents = false }, "under 1200 ms");
    }

    private static async Task MeasureAsync(TextWriter output, int runs, string name, RuntimeOptions options, string target)
    {
        const int warmUp = 5;
        using var folder = new TemporaryFolder();
        var series = new Series(folder["fast-data"], Models, Changed, Features);
        series.WriteModels();
        series.Announce(series.Prepare());
        using var runtime = ModelRuntime.Open(series.Layout.Root, options);
        var (features, random, times) = (new float[Features], new Random(42), new List<double>());
        for (var run = -warmUp; run < runs; run++)
        {
            var next = series.Prepare();
            var model = series.ChangedBy(next.Epoch);
            await Task.Delay(TimeSpan.FromMilliseconds(20 + random.Next(options.UseFileEvents ? 50 : 1_000)));
            var moved = Stopwatch.GetTimestamp(); // before: the loader may be done before the call that moves it returns
            series.Announce(next);
            while (runtime.Decide(model, features).Epoch < next.Epoch)
            {
                if (Stopwatch.GetElapsedTime(moved) > TimeSpan.FromMinutes(1)) throw new InvalidOperationException($"Epoch {next.Epoch} did not come: {runtime.Status.LastError}");
                if (!options.UseFileEvents) await Task.Delay(1);
            }
            if (run >= 0) times.Add(Stopwatch.GetElapsedTime(moved).TotalMilliseconds);
        }
        times.Sort();
        output.WriteLine($"| {name} | {InTurns.Median(times):0.0} ms | {times[(int)(0.95 * times.Count)]:0.0} ms | {times[^1]:0.0} ms | {target} |");
    }
}
