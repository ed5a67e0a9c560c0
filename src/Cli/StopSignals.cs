using System.Runtime.InteropServices;

namespace Delivery.Cli;

/// <summary>Turns the first Ctrl-C or SIGTERM into a cancellation. The second one ends the process, as it would without us.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _received;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 2)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 15)),
    ];

    public CancellationToken Token => _stop.Token;

    /// <summary>Of a verb that the signal ended.</summary>
    public int ExitCode => 128 + Volatile.Read(ref _received);

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context, int number)
    {
        if (Interlocked.CompareExchange(ref _received, number, 0) != 0) return;
        context.Cancel = true;
        _stop.Cancel();
    }
}
