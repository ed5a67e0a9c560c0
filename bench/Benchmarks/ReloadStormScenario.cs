using System.Diagnostics;
using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// Requests that arrive at fixed times while 20 generations a second go live, each with 100 changed of 1,000 models, beside the same
/// without reloads, in slices of a second that take turns. A latency counts from the time at which the request was due, so that one
/// that held up others counts for all of them.
/// </summary>
/// <remarks>
/// One thread announces, and wakes at the same times in the slices without reloads, where it does nothing. It is no task of the pool: each
/// wait of one wakes the timer and up to three workers, more threads than the reload itself, and on two cores some of them land on that of the requests.
/// </remarks>
internal static class ReloadStormScenario
{
    private const int Models = 1_000;
    private const int Changed = 100;
    private const int Features = 61;
    private const int GenerationsPerSlice = 20;
    private const int RequestsPerSlice = 50_000;
    private const double Target = 1.5;
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(50);

    public static async Task RunAsync(TextWriter output, int storms)
    {
        const int warmUp = 2;
        using var folder = new TemporaryFolder();
        var series = new Series(folder["fast-data"], Models, Changed, Features);
        series.WriteModels();
        var generations = Enumerable.Range(0, 1 + ((storms + warmUp) * GenerationsPerSlice)).Select(_ => series.Prepare()).ToArray();
        series.Announce(generations[0]);
        using var runtime = ModelRuntime.Open(series.Layout.Root, new RuntimeOptions { ApplyModels = DecisionBed.Settings(Series.Name(1), Series.Name(2)) });
        var bed = new DecisionBed(runtime, Series.Name(2), Features);
        var latencies = new long[RequestsPerSlice];
        var (controls, withReloads) = (new List<Tail>(), new List<Tail>());
        var next = 1;
        for (var storm = -warmUp; storm < storms; storm++)
        {
            var control = RunSlice(bed, latencies, _ => { });
            var first = next;
            var tail = RunSlice(bed, latencies, i => series.Announce(generations[first + i]));
            next += GenerationsPerSlice;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            await runtime.WaitForEpochAsync(generations[next - 1].Epoch, patience.Token);
            await Task.Delay(Settle);
            if (storm < 0) continue;
            controls.Add(control);
            withReloads.Add(tail);
        }
        var status = runtime.Refresh();
        Print(output, controls, withReloads);
        output.WriteLine($"\n{storms} slices of each kind; {next - 1} generations, {status.Reloads - 1} swaps, {status.FailedReloads} failed; {controls.Sum(t => t.Failed) + withReloads.Sum(t => t.Failed)} failed decisions of {2L * storms * RequestsPerSlice}; "
            + $"garbage collections in a slice: {withReloads.Average(t => t.Collections):0.00} with reloads, {controls.Average(t => t.Collections):0.00} without.");
    }

    private static void Print(TextWriter output, List<Tail> controls, List<Tail> storm)
    {
        output.WriteLine($"{RequestsPerSlice} requests a second on one thread; medians over the slices\n");
        output.WriteLine("| | without | with reloads | ratio | control against control | target |\n| --- | ---: | ---: | ---: | ---: | ---: |");
        Row("p50", tail => tail.P50, "");
        Row("p99", tail => tail.P99, "");
        Row("p99.9", tail => tail.P999, $"at most {Target}");
        Row("p99.99", tail => tail.P9999, "");

        void Row(string name, Func<Tail, double> of, string target)
        {
            var (without, with) = (InTurns.Median(controls.Select(of)), InTurns.Median(storm.Select(of)));
            var (even, odd) = (InTurns.Median(controls.Where((_, i) => i % 2 == 0).Select(of)), InTurns.Median(controls.Where((_, i) => i % 2 == 1).Select(of)));
            output.WriteLine($"| {name} | {without:0.0} µs | {with:0.0} µs | {with / without:0.00} | {odd / even:0.00} | {target} |");
        }
    }

    private static Tail RunSlice(DecisionBed bed, long[] latencies, Action<int> announce)
    {
        var collections = GC.CollectionCount(0); // a collection stops the load thread too, so it is told beside the tails
        var failed = 0;
        var load = new Thread(() => failed = Load(bed, latencies)) { Name = "load" };
        var publisher = new Thread(() => Announce(announce)) { Name = "publisher" };
        load.Start();
        publisher.Start();
        publisher.Join();
        load.Join();
        collections = GC.CollectionCount(0) - collections;
        Array.Sort(latencies);
        return new Tail(At(0.5), At(0.99), At(0.999), At(0.9999), failed, collections);

        double At(double share) => Stopwatch.GetElapsedTime(0, latencies[(int)(share * latencies.Length)]).TotalMicroseconds;
    }

    private static void Announce(Action<int> announce)
    {
        using var never = new ManualResetEvent(initialState: false);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < GenerationsPerSlice; i++)
        {
            var wait = (Slice * i / GenerationsPerSlice) - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero) never.WaitOne(wait);
            announce(i);
        }
    }

    /// <summary>Waits for each request's time without giving the core away; one that is late is followed at once by the next.</summary>
    private static int Load(DecisionBed bed, long[] latencies)
    {
        var (failed, every, start) = (0, Stopwatch.Frequency * (long)Slice.TotalSeconds / RequestsPerSlice, Stopwatch.GetTimestamp());
        for (var i = 0; i < latencies.Length; i++)
        {
            var due = start + (i * every);
            while (Stopwatch.GetTimestamp() < due)
            {
            }
            if (bed.Outcome(explored: false).Source != DecisionSource.Model) failed++;
            latencies[i] = Stopwatch.GetTimestamp() - due;
        }
        return failed;
    }

    private sealed record Tail(double P50, double P99, double P999, double P9999, int Failed, int Collections);
}
