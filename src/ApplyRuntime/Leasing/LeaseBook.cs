using System.Collections.Concurrent;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>Where a lease was taken, and when on the clock that only goes forward.</summary>
internal sealed record LeaseOrigin(string Member, string File, int Line, long TakenAt);

/// <summary>Who holds leases on one generation, for callers that asked to be told. Any thread.</summary>
internal sealed class LeaseBook
{
    private readonly ConcurrentDictionary<int, LeaseOrigin> _open = new();
    private int _last;

    /// <summary>The leases that are held now, in no order.</summary>
    public IEnumerable<LeaseOrigin> Open => _open.Values;

    /// <returns>The number to give to <see cref="Remove"/>; never 0.</returns>
    public int Add(LeaseOrigin origin)
    {
        int ticket;
        do ticket = Interlocked.Increment(ref _last);
        while (ticket == 0 || !_open.TryAdd(ticket, origin)); // numbers come again after four thousand million leases
        return ticket;
    }

    public void Remove(int ticket) => _open.TryRemove(ticket, out _);
}
