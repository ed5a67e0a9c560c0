namespace Delivery.ApplyRuntime.Leasing;

/// <summary>A lease together with the cell of its thread, which need not be looked up again to end it.</summary>
internal readonly ref struct Hold(ThreadCell cell, Lease lease) : IDisposable
{
    private readonly ThreadCell _cell = cell;

    public Lease Lease { get; } = lease;

    public void Dispose() => Lease.GiveBack(_cell);
}
