using System.Diagnostics;

namespace Delivery.Benchmarks;

/// <summary>Times several ways in short slices, one after the other and again: what else runs on the machine then hits all of them alike.</summary>
internal static class InTurns
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6); // until the code is compiled for good, of all ways

    /// <summary>Nanoseconds a call, by way and slice.</summary>
    public static double[][] Time(int slices, int perSlice, params Action[] ways)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < WarmUp) Pass(perSlice, ways, (_, _) => { });
        var times = ways.Select(_ => new double[slices]).ToArray();
        for (var slice = 0; slice < slices; slice++) Pass(perSlice, ways, (way, time) => times[way][slice] = time);
        return times;
    }

    /// <summary>Nanoseconds a call, over so many.</summary>
    public static double Nanoseconds(int calls, Action once)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++) once();
        return Stopwatch.GetElapsedTime(started).TotalNanoseconds / calls;
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static void Pass(int perSlice, Action[] ways, Action<int, double> note)
    {
        for (var way = 0; way < ways.Length; way++)
        {
            note(way, Nanoseconds(perSlice, ways[way]));
        }
    }
}
