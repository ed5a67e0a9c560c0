using System.Runtime.CompilerServices;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>The cells of all threads that have used one runtime.</summary>
/// <remarks>
/// A thread finds its cell without a lock; only its first use of a runtime takes one, for a moment. The cell of a thread that has ended goes to
/// the next new thread, so there are no more of them than threads that lived at once. A thread keeps its cells of runtimes that are
/// gone, some hundred bytes each, until it comes new to another.
/// </remarks>
internal sealed class ThreadCells
{
    [ThreadStatic] private static ThreadCell? _last;
    [ThreadStatic] private static List<ThreadCell>? _ofThread; // of all runtimes

    private readonly WeakReference<ThreadCells> _self;
    private readonly Lock _changing = new();
    private ThreadCell[] _all = [];

    public ThreadCells() => _self = new WeakReference<ThreadCells>(this);

    /// <summary>The cell of the thread that asks.</summary>
    public ThreadCell Mine => _last is { } last && last.IsOf(_self) ? last : Find();

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _all).Length;

    /// <summary>A count, of all threads together.</summary>
    public long Sum(int index)
    {
        var sum = 0L;
        foreach (var cell in Volatile.Read(ref _all)) sum += cell.Count(index);
        return sum;
    }

    /// <summary>Whether a thread that lives reads that generation.</summary>
    public bool Hold(long generation)
    {
        lock (_changing) // a thread that enters after this look has seen what was done before it
        {
            foreach (var cell in _all)
            {
                if (cell.Held == generation && cell.IsAlive) return true;
            }
        }
        return false;
    }

    /// <summary>Ends the hold that the calling thread has on a generation; none is none.</summary>
    public static void LetGo(long generation)
    {
        if (_last is { } last && last.Held == generation) last.LetGo();
        else _ofThread?.Find(cell => cell.Held == generation)?.LetGo();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ThreadCell Find()
    {
        var own = _ofThread ??= [];
        foreach (var cell in own)
        {
            if (cell.IsOf(_self)) return _last = cell;
        }
        own.RemoveAll(cell => !cell.HasOwner);
        var entered = Enter(Thread.CurrentThread);
        own.Add(entered);
        return _last = entered;
    }

    private ThreadCell Enter(Thread thread)
    {
        lock (_changing)
        {
            foreach (var cell in _all)
            {
                if (cell.IsAlive) continue;
                cell.PassTo(thread);
                return cell;
            }
            var added = new ThreadCell(_self, thread);
            Volatile.Write(ref _all, [.. _all, added]);
            return added;
        }
    }
}
