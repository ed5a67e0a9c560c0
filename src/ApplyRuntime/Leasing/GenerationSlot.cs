using System.Runtime.InteropServices;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>Holds the current generation and hands out leases on it, without a lock, and without an interlocked operation for the first lease of a thread.</summary>
/// <remarks>
/// Why no lease ever reads pages that are gone. A reader (1) writes the number of the generation it found into the cell of its thread and
/// then (2) reads the current reference again; only when that is still the same generation does it touch a model. The loader (3)
/// replaces the reference, (4) has every processor that runs a thread of this process pass a full fence, and then (5) looks at the cells.
/// The compiler keeps (1) and (2) in order, as both are volatile; a processor may do (2) before (1) is seen. But the fence of (4) meets
/// each reader at one point of its program. Where that is after (1), (5) sees the number, and the loader waits until the reader takes it back.
/// Where it is before (1), (2) comes after (3) and sees the swap, and the reader takes its number back without having read.
/// So a cell that shows another number after the fence can get the old one only from a reader of the second sort: the cells may be looked
/// at one after the other, and again without a further fence. It matters that a generation never becomes current twice and that
/// numbers are never used twice, in no runtime of the process.
/// Taking back is a write with release: what a reader has read is read before the loader can see its cell empty and unmap.
/// A thread without a cell gets one under the lock that (5) takes as well: before it, and then its cell is looked at, or after it, and then
/// it sees (3). A thread that has ended within a lease reads no more, as a lease cannot leave its thread: its cell does not count.
/// A thread that holds a lease already (its cell is taken) counts on a stripe of the generation instead: an interlocked operation, hence a
/// full fence, stands for (1), so either (5) sees the count, or (2) sees the swap. It is taken back on the stripe where it was added.
/// (4) is <see cref="Interlocked.MemoryBarrierProcessWide"/>, which the base library has for every system: membarrier(2) or a change of
/// a page's protection on Linux, FlushProcessWriteBuffers on Windows. It costs microseconds, once a swap, on the loader's thread.
/// </remarks>
internal sealed class GenerationSlot(ThreadCells cells)
{
    private Alone _current;

    public Generation? Current => Volatile.Read(ref _current.Value);

    /// <summary>A lease on the current generation; an empty one when there is none.</summary>
    public Lease Acquire() => Acquire(cells.Mine);

    /// <summary>The same for a caller that knows the cell of its thread, and gives the lease back with it.</summary>
    public Hold Hold(ThreadCell cell) => new(cell, Acquire(cell));

    /// <summary>Loader thread only. The generation that was current, which is released once it is free.</summary>
    public Generation? Exchange(Generation? next)
    {
        var old = Interlocked.Exchange(ref _current.Value, next);
        Interlocked.MemoryBarrierProcessWide();
        return old;
    }

    /// <summary>Whether no lease is held on a generation that is not current any more. Once it is, it stays so.</summary>
    public bool IsFree(Generation old) => !cells.Hold(old.Id) && old.Nested.EachIsZero();

    private Lease Acquire(ThreadCell cell)
    {
        if (cell.Held != 0) return AcquireNested();
        while (Volatile.Read(ref _current.Value) is { } generation)
        {
            cell.Hold(generation.Id);
            if (ReferenceEquals(Volatile.Read(ref _current.Value), generation)) return new Lease(generation, Lease.InCell);
            cell.LetGo();
        }
        return default;
    }

    private Lease AcquireNested()
    {
        var stripe = StripedCounter.Here;
        while (Volatile.Read(ref _current.Value) is { } generation)
        {
            generation.Nested.Increment(stripe);
            if (ReferenceEquals(Volatile.Read(ref _current.Value), generation)) return new Lease(generation, stripe);
            generation.Nested.Decrement(stripe);
        }
        return default;
    }

    /// <summary>Every decision reads the reference, so nothing that is written often may stand beside it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Alone
    {
        [FieldOffset(128)] public Generation? Value;
    }
}
