namespace Delivery.ApplyRuntime.Leasing;

/// <summary>Records where leases are taken and finds those that hold old generations for too long.</summary>
/// <param name="deadline">How long a lease may be held.</param>
/// <param name="time">Times are measured on the clock that only goes forward, and told on the other.</param>
internal sealed class LeaseWatch(TimeSpan deadline, TimeProvider time)
{
    private HashSet<LeaseOrigin> _told = new(ReferenceEqualityComparer.Instance);

    /// <summary>The same lease, written down. An empty one stays as it is. Any thread.</summary>
    public Lease Record(Lease lease, string member, string file, int line) => lease.IsEmpty ? lease : lease.Recorded(new LeaseOrigin(member, file, line, time.GetTimestamp()));

    /// <summary>The leases of generations that are not current any more which were taken longer ago than the deadline, the oldest first. Loader thread only.</summary>
    /// <param name="retired">These generations.</param>
    /// <param name="closing">Every lease that is still held counts.</param>
    /// <param name="fresh">The oldest of those that the call before did not give; null for none.</param>
    public IReadOnlyList<OverdueLease> Overdue(IReadOnlyList<Generation> retired, bool closing, out OverdueLease? fresh)
    {
        var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        var limit = closing ? TimeSpan.Zero : deadline;
        var found = retired
            .SelectMany(generation => generation.Holders.Open.Select(origin => (Origin: origin, generation.Pointer.Epoch, Held: time.GetElapsedTime(origin.TakenAt, stamp))))
            .Where(f => f.Held >= limit)
            .OrderByDescending(f => f.Held)
            .Select(f => (f.Origin, Lease: new OverdueLease(f.Epoch, f.Held, now - f.Held, f.Origin.Member, f.Origin.File, f.Origin.Line)))
            .ToList();
        fresh = found.Find(f => !_told.Contains(f.Origin)).Lease;
        _told = found.Select(f => f.Origin).ToHashSet<LeaseOrigin>(ReferenceEqualityComparer.Instance);
        return [.. found.Select(f => f.Lease)];
    }
}
