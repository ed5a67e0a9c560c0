using System.Numerics;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>A counter that many cores move at once: one cell a core, each cell alone on its cache lines.</summary>
/// <remarks>
/// A cell is chosen by the core that the thread runs on. A thread may be moved to another core at any time, so the choice only
/// spreads the load: every change is atomic, and what must be undone is undone on the stripe where it was done.
/// </remarks>
internal sealed class StripedCounter
{
    private const int Spacing = 128 / sizeof(long); // two lines of 64 bytes: processors fetch them in pairs
    private static readonly int LastStripe = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount) - 1;

    // The first cell stands one spacing in, so that the length of the array, which every access reads, is not on its line.
    private readonly long[] _cells = new long[(LastStripe + 2) * Spacing];

    /// <summary>The stripe of the core that runs the caller.</summary>
    public static int Here => Thread.GetCurrentProcessorId() & LastStripe;

    public void Increment(int stripe) => Interlocked.Increment(ref Cell(stripe));

    public void Decrement(int stripe) => Interlocked.Decrement(ref Cell(stripe));

    /// <summary>Whether each stripe was at zero when it was looked at. The stripes are not looked at in one instant.</summary>
    public bool EachIsZero()
    {
        for (var stripe = 0; stripe <= LastStripe; stripe++)
        {
            if (Volatile.Read(ref Cell(stripe)) != 0) return false;
        }
        return true;
    }

    public long Sum()
    {
        var sum = 0L;
        for (var stripe = 0; stripe <= LastStripe; stripe++) sum += Volatile.Read(ref Cell(stripe));
        return sum;
    }

    private ref long Cell(int stripe) => ref _cells[(stripe + 1) * Spacing];
}
