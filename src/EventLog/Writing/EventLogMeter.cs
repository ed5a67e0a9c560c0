using System.Diagnostics.Metrics;

namespace Delivery.EventLog.Writing;

/// <summary>The counters of a writer as instruments of the meter <c>Delivery.EventLog</c>, tagged with its directory.</summary>
internal sealed class EventLogMeter : IDisposable
{
    public const string Name = "Delivery.EventLog";

    private readonly Meter _meter;

    public EventLogMeter(EventLogWriter log, string directory)
    {
        _meter = new Meter(new MeterOptions(Name) { Tags = [new KeyValuePair<string, object?>("directory", directory)] });
        _meter.CreateObservableCounter("delivery.event_log.appended", () => log.Appended, "{record}", "Records accepted into the queue.");
        _meter.CreateObservableCounter("delivery.event_log.dropped", () => Dropped(log), "{record}", "Records that will never be written, by reason.");
        _meter.CreateObservableCounter("delivery.event_log.written", () => log.Written, "{record}", "Records written to the operating system.");
        _meter.CreateObservableCounter("delivery.event_log.bytes", () => log.BytesWritten, "By", "Bytes written, frames included.");
        _meter.CreateObservableCounter("delivery.event_log.flush_errors", () => log.FlushErrors, "{error}", "Failures of the disk.");
        _meter.CreateObservableCounter("delivery.event_log.segments_deleted", () => log.SegmentsDeleted, "{segment}", "Segments deleted by the limits of the directory.");
        _meter.CreateObservableCounter("delivery.event_log.segments_deleted_unread", () => log.SegmentsDeletedUnread, "{segment}", "Those among them that no reader has passed.");
        _meter.CreateObservableGauge("delivery.event_log.queue_records", () => log.QueueLength, "{record}", "Records that wait.");
        _meter.CreateObservableGauge("delivery.event_log.queue_bytes", () => log.QueueBytes, "By", "Bytes that wait.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Dropped(EventLogWriter log) =>
    [
        Of(log.DroppedFull, "queue_full"), Of(log.DroppedTooLarge, "too_large"), Of(log.DroppedClosed, "closed"), Of(log.Lost, "never_written"),
    ];

    private static Measurement<long> Of(long value, string reason) => new(value, new KeyValuePair<string, object?>("reason", reason));
}
