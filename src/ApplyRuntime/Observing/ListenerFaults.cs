namespace Delivery.ApplyRuntime.Observing;

/// <summary>What listeners of the meter threw: code of the host or of a library of its. It is told, and goes no further. Any thread.</summary>
/// <param name="time">Dates what is told.</param>
internal sealed class ListenerFaults(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string During, Type Kind)> _told = [];
    private RuntimeError? _last;

    /// <summary>The newest that was told; null when none was.</summary>
    public RuntimeError? Last => Volatile.Read(ref _last);

    /// <summary>Tells a fault, if none of this kind was told of this moment before: one that comes back with every measurement would hide all other errors.</summary>
    /// <param name="during">What was being done, as in "while hearing of".</param>
    /// <param name="instrument">To which instrument.</param>
    /// <param name="fault">What the listener threw.</param>
    public void Tell(string during, string instrument, Exception fault)
    {
        lock (_gate)
        {
            if (!_told.Add((during, fault.GetType()))) return;
            Volatile.Write(ref _last, new RuntimeError($"A listener of the meter {RuntimeMeter.Name} failed {during} {instrument}, with {fault.GetType().Name}: {fault.Message}", time.GetUtcNow()));
        }
    }
}
