using System.Diagnostics.Metrics;

namespace Delivery.EventLog.Writing;

/// <summary>The counters of a writer as instruments of the meter <c>Delivery.EventLog</c>, tagged with its directory.</summary>
internal sealed class EventLogMeter : IDisposable
{
    public const string Name = "Delivery.EventLog";

    private readonly Meter _meter;
    private string? _fault;

    public EventLogMeter(EventLogWriter log, string directory)
    {
        _meter = new Meter(new MeterOptions(Name) { Tags = [new KeyValuePair<string, object?>("directory", directory)] });
        Guard(() => _meter.CreateObservableCounter("delivery.event_log.appended", () => log.Appended, "{record}", "Records accepted into the queue."));
        Guard(() => _meter.CreateObservableCounter("delivery.event_log.dropped", () => Dropped(log), "{record}", "Records that will never be written, by reason."));
        Guard(() => _meter.CreateObservableCounter("delivery.event_log.written", () => log.Written, "{record}", "Records written to the operating system."));
        Guard(() => _meter.CreateObservableCounter("delivery.event_log.bytes", () => log.BytesWritten, "By", "Bytes written, frames included."));
        Guard(() => _meter.CreateObservableCounter("delivery.event_log.flush_errors", () => log.FlushErrors, "{error}", "Failures of the disk."));
        Guard(() => _meter.CreateObservableCounter("delivery.event_log.segments_deleted", () => log.SegmentsDeleted, "{segment}", "Segments deleted by the limits of the directory."));
        Guard(() => _meter.CreateObservableCounter("delivery.event_log.segments_deleted_unread", () => log.SegmentsDeletedUnread, "{segment}", "Those among them that no reader has passed."));
        Guard(() => _meter.CreateObservableGauge("delivery.event_log.queue_records", () => log.QueueLength, "{record}", "Records that wait."));
        Guard(() => _meter.CreateObservableGauge("delivery.event_log.queue_bytes", () => log.QueueBytes, "By", "Bytes that wait."));
    }

    /// <summary>What a listener threw when it heard of an instrument or of the end of one, the first time; null for nothing.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    public void Dispose() => Guard(_meter.Dispose);

    private void Guard(Action call)
    {
        try
        {
            call();
        }
        catch (Exception e) // a listener is somebody else's code: no writer may fail to open or close for it
        {
            Interlocked.CompareExchange(ref _fault, $"A listener of the meter {Name} failed, with {e.GetType().Name}: {e.Message}", null);
        }
    }

    private static IEnumerable<Measurement<long>> Dropped(EventLogWriter log) =>
    [
        Of(log.DroppedFull, "queue_full"), Of(log.DroppedTooLarge, "too_large"), Of(log.DroppedClosed, "closed"), Of(log.Lost, "never_written"),
    ];

    private static Measurement<long> Of(long value, string reason) => new(value, new KeyValuePair<string, object?>("reason", reason));
}
