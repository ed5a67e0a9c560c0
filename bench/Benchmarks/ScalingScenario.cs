using System.Diagnostics;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>
/// What a second thread gains: the kernel on one thread, on two, decisions on one, on two, in slices that follow each other. A decision
/// that shared a cache line between cores would gain less than the kernel, which shares nothing.
/// </summary>
internal static class ScalingScenario
{
    private const int Threads = 2;
    private const int Features = 601;
    private const int PerLook = 32; // calls between two looks at the clock
    private const double Target = 0.95;
    private static readonly TimeSpan Length = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static void Run(TextWriter output, int slices)
    {
        using var folder = new TemporaryFolder();
        using var runtime = DecideScenario.Open(folder, Features);
        var beds = Enumerable.Range(0, Threads).Select(_ => new DecisionBed(runtime, DecideScenario.Model, Features)).ToArray();
        (string Name, Action<DecisionBed> Once)[] ways =
        [
            ("kernel alone", bed => bed.Kernel()), ("Decide(model, features)", bed => bed.ByName()),
            ("Decide(request, blender), drawn", bed => bed.DrawnNotExplored()), ("the same, explored, no sink", bed => bed.Explored()),
        ];
        var gains = ways.Select(_ => new double[slices]).ToArray();
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < WarmUp)
        {
            foreach (var (_, once) in ways) Rate(beds, once);
        }
        for (var slice = 0; slice < slices; slice++)
        {
            for (var way = 0; way < ways.Length; way++) gains[way][slice] = Rate(beds, ways[way].Once) / Rate(beds[..1], ways[way].Once);
        }
        output.WriteLine($"{Threads} threads on {Environment.ProcessorCount} cores, {DecisionBed.Classes} × {Features}; medians of {slices} slices of {Length.TotalMilliseconds} ms each\n");
        output.WriteLine("| | gain by the second thread | of the kernel's gain | target |\n| --- | ---: | ---: | ---: |");
        var kernel = InTurns.Median(gains[0]);
        for (var way = 0; way < ways.Length; way++)
        {
            var gain = InTurns.Median(gains[way]);
            output.WriteLine($"| {ways[way].Name} | {gain:0.00} | {gain / kernel:0.00} | {(way == 0 ? "" : $"at least {Target}")} |");
        }
    }

    /// <summary>Calls a second of all threads together, each measured over its own time.</summary>
    private static double Rate(DecisionBed[] beds, Action<DecisionBed> once)
    {
        using var start = new Barrier(beds.Length);
        var rates = new double[beds.Length];
        var threads = beds.Select((bed, i) => new Thread(() =>
        {
            start.SignalAndWait();
            var (calls, started) = (0L, Stopwatch.GetTimestamp());
            TimeSpan elapsed;
            do
            {
                for (var call = 0; call < PerLook; call++) once(bed);
                calls += PerLook;
                elapsed = Stopwatch.GetElapsedTime(started);
            }
            while (elapsed < Length);
            rates[i] = calls / elapsed.TotalSeconds;
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        return rates.Sum();
    }
}
