namespace Delivery.Training.Windows;

/// <summary>The latest decisions, at most <see cref="Size"/>. Test-then-train: an entry is pushed before its item is learned.</summary>
/// <remarks>Not safe for use by several threads at once.</remarks>
internal sealed class DecisionWindow(int size)
{
    private readonly Queue<WindowEntry> _entries = new();
    private readonly RunningSnips _online = new();
    private readonly RunningSnips _best = new();

    /// <summary>Most entries that are kept.</summary>
    public int Size => size;

    /// <summary>Entries that are kept now.</summary>
    public int Fill => _entries.Count;

    public bool IsFull => Fill == size;

    /// <summary>Self-normalised value of the last model; NaN where it never chose what was shown.</summary>
    public double OnlineValue => _online.Value;

    /// <summary>The same of the best model.</summary>
    public double BestValue => _best.Value;

    /// <summary>Oldest first.</summary>
    public WindowEntry[] Entries() => _entries.ToArray();

    public void Push(WindowEntry entry)
    {
        if (IsFull)
        {
            var oldest = _entries.Dequeue();
            _online.Remove(oldest.Online);
            _best.Remove(oldest.Best);
        }
        _entries.Enqueue(entry);
        _online.Add(entry.Online);
        _best.Add(entry.Best);
    }
}
