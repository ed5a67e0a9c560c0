namespace Delivery.Training.Trainers;

/// <summary>The hashes of the latest requests, so that none is learned twice while it is remembered.</summary>
/// <remarks>
/// Two requests share a hash with probability 2⁻⁶⁴: of 65,536 remembered, one new request in 3·10¹⁴ is taken for a duplicate.
/// </remarks>
internal sealed class SeenRequests(int capacity)
{
    private readonly Queue<ulong> _order = new();
    private readonly HashSet<ulong> _hashes = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyCollection<ulong> Hashes => _order;

    public bool Contains(ulong hash) => _hashes.Contains(hash);

    /// <summary>Remembers a hash that is not remembered yet, and forgets the oldest where there is no room.</summary>
    public void Add(ulong hash)
    {
        if (!_hashes.Add(hash)) return;
        _order.Enqueue(hash);
        while (_order.Count > capacity) _hashes.Remove(_order.Dequeue());
    }
}
