using System.Diagnostics.Metrics;

namespace Delivery.ApplyRuntime.Observing;

/// <summary>Records measurements for listeners that may throw. Any thread.</summary>
/// <param name="histogram">Where they go; null where there is none to be had.</param>
/// <param name="faults">Where what a listener throws is told.</param>
/// <param name="time">Measures the pause after a fault.</param>
internal sealed class GuardedHistogram(Histogram<double>? histogram, ListenerFaults faults, TimeProvider time)
{
    /// <summary>An exception takes longer than a hundred decisions, so that one in 1,024 would be felt.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private const long Never = long.MinValue;

    private long _failedAt = Never;

    /// <summary>Whether somebody listens, and nobody has thrown within the last second.</summary>
    public bool WantsMore
    {
        get
        {
            if (histogram is not { Enabled: true }) return false;
            var failedAt = Volatile.Read(ref _failedAt);
            return failedAt == Never || time.GetElapsedTime(failedAt) >= Pause;
        }
    }

    /// <summary>Tells the listeners. Never throws.</summary>
    public void Record(double seconds, KeyValuePair<string, object?> tag)
    {
        try
        {
            histogram?.Record(seconds, tag);
        }
        catch (Exception e) // somebody else's code: neither a request nor a reload may fail for it
        {
            Volatile.Write(ref _failedAt, time.GetTimestamp());
            faults.Tell("while it was told a value of", histogram!.Name, e);
        }
    }
}
