using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>What one thread alone writes of one runtime: the generation that it reads, and its counts. Alone on its cache lines.</summary>
/// <remarks>
/// One writer, so nothing here is interlocked; others only read, and see whole numbers. A cell outlives its thread: its counts stay,
/// and it goes to the next thread that comes new to the runtime.
/// </remarks>
/// <param name="owner">The runtime's cells, which a thread that lives on must not keep in memory.</param>
/// <param name="thread">The writer.</param>
internal sealed class ThreadCell(WeakReference<ThreadCells> owner, Thread thread)
{
    /// <summary>Counts in a cell.</summary>
    public const int MostCounts = 24;

    private readonly WeakReference<ThreadCells> _owner = owner;
    private Thread _thread = thread;
    private Lines _lines;

    /// <summary>Whether the next decision of this thread is to be timed. For the thread of the cell alone.</summary>
    public bool TimesNext
    {
        get => _lines.TimesNext;
        set => _lines.TimesNext = value;
    }

    /// <summary>The generation that the thread reads, by its number; 0 for none.</summary>
    public long Held => Volatile.Read(ref _lines.Held);

    /// <summary>A thread that has ended can hold nothing, whatever its cell says.</summary>
    public bool IsAlive => _thread.IsAlive;

    public bool HasOwner => _owner.TryGetTarget(out _);

    public bool IsOf(WeakReference<ThreadCells> cells) => ReferenceEquals(_owner, cells);

    /// <summary>For the thread of the cell alone, as the two below.</summary>
    public void Hold(long generation) => Volatile.Write(ref _lines.Held, generation);

    /// <summary>What the thread has read of the generation it read before this is seen.</summary>
    public void LetGo() => Volatile.Write(ref _lines.Held, 0);

    /// <returns>The new count.</returns>
    public long Add(int index)
    {
        ref var count = ref _lines.Counts[index];
        var next = count + 1;
        Volatile.Write(ref count, next); // never torn, on 32 bits too
        return next;
    }

    public long Count(int index) => Volatile.Read(ref _lines.Counts[index]);

    /// <summary>Goes to another thread, under the lock of the owner, after its thread has ended.</summary>
    public void PassTo(Thread next)
    {
        LetGo();
        _thread = next;
    }

    /// <summary>128 bytes are free on each side: two lines of 64 bytes, as processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128 + 16 + (MostCounts * sizeof(long)) + 128)]
    private struct Lines
    {
        [FieldOffset(128)] public long Held;
        [FieldOffset(136)] public bool TimesNext;
        [FieldOffset(144)] public CountArray Counts;
    }

    [InlineArray(MostCounts)]
    private struct CountArray
    {
        private long _first;
    }
}
