using System.Runtime.InteropServices;

namespace Delivery.EventLog.Writing;

/// <summary>
/// A ring of bytes that many threads put records into and one takes them from. A record is written in its place in the ring:
/// nothing is allocated or copied twice, and no thread waits for another.
/// </summary>
/// <remarks>
/// A producer moves the tail by compare-and-swap, which makes the cells up to there its own, fills them, and sets the first cell
/// last. The consumer goes from cell to cell and stops at one that is not set. It clears what it gives back, so that every cell
/// behind the tail is 0 until its producer is done. A cell is 0 (not set), 2 × bytes + 1 (a record), or 2 × cells (to be skipped).
/// </remarks>
internal sealed class RecordQueue
{
    private const int CellBytes = sizeof(long);

    private readonly long[] _cells;
    private readonly long _mask;
    private readonly int _mostRecords;
    private Ends _ends;

    /// <param name="bytes">Rounded up to a power of two.</param>
    /// <param name="mostRecords">At least 1; threads that come at the same moment can go over it by their number.</param>
    public RecordQueue(long bytes, int mostRecords)
    {
        _cells = new long[System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes) / CellBytes];
        _mask = _cells.Length - 1;
        _mostRecords = mostRecords;
    }

    /// <summary>A place in the ring that one producer fills.</summary>
    public readonly record struct Slot(int Cell, int Cells);

    /// <summary>Longest record: with up to as much skipped at the end of the ring, it fits into an empty one.</summary>
    public int LongestRecord => (_cells.Length / 2 - 1) * CellBytes;

    public long Capacity => (long)_cells.Length * CellBytes;

    /// <summary>Records accepted since the start.</summary>
    public long Accepted => Volatile.Read(ref _ends.Accepted);

    /// <summary>Records given back since the start.</summary>
    public long Consumed => Volatile.Read(ref _ends.Consumed);

    /// <summary>Where the next record will be accepted; only grows.</summary>
    public long Tail => Volatile.Read(ref _ends.Tail);

    /// <summary>Up to where all was given back.</summary>
    public long Head => Volatile.Read(ref _ends.Head);

    public long BytesWaiting => Math.Max(0, Tail - Head) * CellBytes;

    /// <summary>Makes a place for a record; false when there is none. What was reserved is committed or skipped, soon and always.</summary>
    /// <param name="bytes">1 to <see cref="LongestRecord"/>.</param>
    /// <param name="slot">The place.</param>
    public bool TryReserve(int bytes, out Slot slot)
    {
        slot = default;
        if (Accepted - Consumed >= _mostRecords) return false;
        var cells = 1 + (bytes + CellBytes - 1) / CellBytes;
        while (true)
        {
            var tail = Tail;
            var start = (int)(tail & _mask);
            var skipped = start + cells > _cells.Length ? _cells.Length - start : 0;
            if (tail + skipped + cells - Head > _cells.Length) return false;
            if (Interlocked.CompareExchange(ref _ends.Tail, tail + skipped + cells, tail) != tail) continue;
            if (skipped > 0) Volatile.Write(ref _cells[start], 2L * skipped);
            slot = new Slot(skipped > 0 ? 0 : start, cells);
            return true;
        }
    }

    /// <summary>Where the record goes.</summary>
    public Span<byte> Bytes(Slot slot, int bytes) => MemoryMarshal.AsBytes(_cells.AsSpan(slot.Cell + 1, slot.Cells - 1))[..bytes];

    /// <summary>Hands the record to the consumer.</summary>
    public void Commit(Slot slot, int bytes)
    {
        Interlocked.Increment(ref _ends.Accepted); // first, so that no more was ever consumed than accepted
        Volatile.Write(ref _cells[slot.Cell], 2L * bytes + 1);
    }

    /// <summary>Gives up a place that could not be filled.</summary>
    public void Skip(Slot slot) => Volatile.Write(ref _cells[slot.Cell], 2L * slot.Cells);

    /// <summary>The next record from <paramref name="position"/> on, which moves behind it; false when there is none. For the consumer.</summary>
    public bool TryNext(ref long position, out ReadOnlySpan<byte> record)
    {
        record = default;
        while (position < Tail)
        {
            var cell = (int)(position & _mask);
            var mark = Volatile.Read(ref _cells[cell]);
            if (mark == 0) return false;
            if ((mark & 1) == 0)
            {
                position += mark >> 1;
                continue;
            }
            var bytes = (int)(mark >> 1);
            record = MemoryMarshal.AsBytes(_cells.AsSpan(cell + 1))[..bytes];
            position += 1 + (bytes + CellBytes - 1) / CellBytes;
            return true;
        }
        return false;
    }

    /// <summary>Gives back all up to a position. For the consumer.</summary>
    public void Release(long to, int records)
    {
        var head = Head;
        var (start, count) = ((int)(head & _mask), (int)(to - head));
        var first = Math.Min(count, _cells.Length - start);
        _cells.AsSpan(start, first).Clear();
        _cells.AsSpan(0, count - first).Clear();
        Volatile.Write(ref _ends.Head, to);
        Volatile.Write(ref _ends.Consumed, _ends.Consumed + records);
    }

    /// <summary>What producers move and what the consumer moves, each on cache lines of their own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Ends
    {
        [FieldOffset(128)] public long Tail;
        [FieldOffset(136)] public long Accepted;
        [FieldOffset(256)] public long Head;
        [FieldOffset(264)] public long Consumed;
    }
}
