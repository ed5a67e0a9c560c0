using System.Runtime.InteropServices;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>Holds the current generation and hands out leases on it, without a lock and without a cache line that two cores write.</summary>
/// <remarks>
/// Why no lease ever reads pages that are gone. A reader (1) adds one to a stripe of the generation it found and then (2) reads
/// the current reference again; only when that is still the same generation does it touch a model. The loader (3) replaces the
/// reference and then (4) looks at the stripes. (1) and (3) are interlocked operations, hence full fences: neither (2) nor (4) can
/// be done ahead of them, so it cannot be that (4) misses the count of (1) and at the same time (2) misses the reference of (3).
/// Either the loader sees the lease and waits, or the reader sees the swap and takes its count back without having read.
/// A lease is given back on the stripe where it was taken. So once a stripe was seen at zero after the swap, no lease that counts
/// can appear on it: the stripes may be looked at one after the other. It matters that a generation never becomes current twice.
/// Giving back is interlocked too, so the reads of a reader are done before the loader can see its zero and unmap.
/// </remarks>
internal sealed class GenerationSlot
{
    private Alone _current;

    public Generation? Current => Volatile.Read(ref _current.Value);

    /// <summary>A lease on the current generation; an empty one when there is none.</summary>
    public Lease Acquire()
    {
        var stripe = StripedCounter.Here;
        while (Volatile.Read(ref _current.Value) is { } generation)
        {
            generation.Leases.Increment(stripe);
            if (ReferenceEquals(Volatile.Read(ref _current.Value), generation)) return new Lease(generation, stripe);
            generation.Leases.Decrement(stripe);
        }
        return default;
    }

    /// <summary>Loader thread only. The generation that was current, which is released once its leases have ended.</summary>
    public Generation? Exchange(Generation? next) => Interlocked.Exchange(ref _current.Value, next);

    /// <summary>Every decision reads the reference, so nothing that is written often may stand beside it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Alone
    {
        [FieldOffset(128)] public Generation? Value;
    }
}
