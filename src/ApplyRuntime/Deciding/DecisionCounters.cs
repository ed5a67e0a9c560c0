using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Leasing;

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
/// One block of cells a core, each block alone on its cache lines, so a decision costs one interlocked operation on a line that its core
/// has. The block also holds the flag that has the next decision of this core timed: reading a clock twice costs as much as a small model.
/// </remarks>
internal sealed class DecisionCounters
{
    private const int TimedOneOf = 1024;
    private const int BlockSize = 32; // 256 bytes: two pairs of lines
    private const int Flag = BlockSize - 1;

    private static readonly int Results = Enum.GetValues<DecisionResult>().Length;
    private static readonly int Sources = Enum.GetValues<DecisionSource>().Length;
    private static readonly int Blocks = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);

    // The first block stands half a block in, so that the length of the array is not on its lines.
    private readonly long[] _cells = new long[(Blocks + 1) * BlockSize];

    /// <summary>Receives the sampled times in seconds; null times nothing.</summary>
    public Histogram<double>? Durations { get; set; }

    /// <summary>Call it before a decision: a time stamp when this one is to be timed, else 0.</summary>
    public long Start()
    {
        ref var flag = ref Cell(StripedCounter.Here, Flag);
        return Volatile.Read(ref flag) == 0 ? 0 : Interlocked.Exchange(ref flag, 0) == 0 ? 0 : Stopwatch.GetTimestamp();
    }

    /// <summary>Counts a decision of a caller that scores by itself.</summary>
    public void Count(in Decision decision, long started) => Count(decision.Source, DecisionResult.Class, started);

    /// <summary>Counts a decision about a page.</summary>
    public void Count(in DecisionOutcome outcome, long started) => Count(outcome.Source, ResultOf(outcome), started);

    /// <summary>Those that occurred, by source and result.</summary>
    public IReadOnlyList<DecisionCount> Read()
    {
        var counts = new List<DecisionCount>();
        foreach (var source in Enum.GetValues<DecisionSource>())
        {
            foreach (var result in Enum.GetValues<DecisionResult>())
            {
                var sum = 0L;
                for (var block = 0; block < Blocks; block++) sum += Volatile.Read(ref Cell(block, Index(source, result)));
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

    private void Count(DecisionSource source, DecisionResult result, long started)
    {
        var core = StripedCounter.Here;
        var count = Interlocked.Increment(ref Cell(core, Index(source, result)));
        if ((count & (TimedOneOf - 1)) == 0 && Durations is { Enabled: true }) Volatile.Write(ref Cell(core, Flag), 1);
        if (started != 0) Record(result, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Record(DecisionResult result, double seconds)
    {
        try
        {
            Durations?.Record(seconds, new KeyValuePair<string, object?>("call", result == DecisionResult.Class ? "class" : "position"));
        }
        catch (Exception) // a listener is somebody else's code, and no request may fail for it
        {
            Durations = null;
        }
    }

    private static int Index(DecisionSource source, DecisionResult result) => ((int)source * Results) + (int)result;

    private ref long Cell(int block, int index) => ref _cells[(BlockSize / 2) + (block * BlockSize) + index];

    static DecisionCounters() => Debug.Assert(Results * Sources <= Flag, "Every count needs a cell of its own.");
}
