using System.Diagnostics;
using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Observing;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>How a decision ended.</summary>
public enum DecisionResult
{
    /// <summary>A class, or none, for a caller that scores by itself: no page was touched.</summary>
    Class,

    /// <summary>The blender was told a position.</summary>
    Shown,

    /// <summary>The blender was told "not shown".</summary>
    NotShown,

    /// <summary>The runtime randomised the decision; the blender was told what was drawn.</summary>
    Explored,

    /// <summary>The page was left as it is.</summary>
    Untouched,

    /// <summary>Somebody else had randomised the position; the page was left as it is.</summary>
    Foreign,
}

/// <summary>How many decisions rested on this source and ended so.</summary>
public sealed record DecisionCount(DecisionSource Source, DecisionResult Result, long Count);

/// <summary>Counts every decision, and times one of 1,024 while somebody listens.</summary>
/// <remarks>
/// Each thread counts in its own cell, so a count is one plain addition. The cell also holds the flag that has the next decision of this
/// thread timed: reading a clock twice costs as much as a small model.
/// </remarks>
/// <param name="cells">Of the runtime.</param>
internal sealed class DecisionCounters(ThreadCells cells)
{
    private const int TimedOneOf = 1024;
    private static readonly int Results = Enum.GetValues<DecisionResult>().Length;
    private static readonly int Sources = Enum.GetValues<DecisionSource>().Length;

    /// <summary>Receives the sampled times in seconds; null times nothing.</summary>
    public GuardedHistogram? Durations { get; set; }

    /// <summary>Call it before a decision: a time stamp when this one is to be timed, else 0.</summary>
    /// <param name="cell">Of the calling thread, here and below.</param>
    public static long Start(ThreadCell cell) => cell.TimesNext ? Now(cell) : 0;

    /// <summary>Counts a decision of a caller that scores by itself.</summary>
    public void Count(ThreadCell cell, in Decision decision, long started) => Count(cell, decision.Source, DecisionResult.Class, started);

    /// <summary>Counts a decision about a page.</summary>
    public void Count(ThreadCell cell, in DecisionOutcome outcome, long started) => Count(cell, outcome.Source, ResultOf(outcome), started);

    /// <summary>Those that occurred, by source and result.</summary>
    public IReadOnlyList<DecisionCount> Read()
    {
        var counts = new List<DecisionCount>();
        foreach (var source in Enum.GetValues<DecisionSource>())
        {
            foreach (var result in Enum.GetValues<DecisionResult>())
            {
                var sum = cells.Sum(Index(source, result));
                if (sum > 0) counts.Add(new DecisionCount(source, result, sum));
            }
        }
        return counts;
    }

    private static DecisionResult ResultOf(in DecisionOutcome outcome) => outcome.Untouched switch
    {
        UntouchedReason.Foreign => DecisionResult.Foreign,
        not UntouchedReason.None => DecisionResult.Untouched,
        _ when outcome.Explored => DecisionResult.Explored,
        _ => outcome.Position == Blending.IBlender.NotShown ? DecisionResult.NotShown : DecisionResult.Shown,
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Now(ThreadCell cell)
    {
        cell.TimesNext = false;
        return Stopwatch.GetTimestamp();
    }

    private void Count(ThreadCell cell, DecisionSource source, DecisionResult result, long started)
    {
        var count = cell.Add(Index(source, result));
        if ((count & (TimedOneOf - 1)) == 0 && Durations is { WantsMore: true }) cell.TimesNext = true;
        if (started != 0) Record(result, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Record(DecisionResult result, double seconds) =>
        Durations?.Record(seconds, new KeyValuePair<string, object?>("call", result == DecisionResult.Class ? "class" : "position"));

    private static int Index(DecisionSource source, DecisionResult result) => ((int)source * Results) + (int)result;

    static DecisionCounters() => Debug.Assert(Results * Sources <= ThreadCell.MostCounts, "Every count needs a place of its own.");
}
