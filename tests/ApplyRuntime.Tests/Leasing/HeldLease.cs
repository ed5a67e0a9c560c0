namespace Delivery.ApplyRuntime.Tests.Leasing;

/// <summary>A lease that a thread of its own holds until this is disposed; a test that awaits cannot hold one itself.</summary>
internal sealed class HeldLease : IDisposable
{
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;

    public HeldLease(ModelRuntime runtime)
    {
        using var taken = new ManualResetEventSlim();
        _thread = new Thread(() =>
        {
            using var lease = runtime.Lease();
            taken.Set();
            _end.Wait();
        }) { IsBackground = true };
        _thread.Start();
        taken.Wait();
    }

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }
}
