using System.Diagnostics.Metrics;

namespace Delivery.EventLog.Tests.Writing;

public sealed class EventLogMeterTests : IDisposable
{
    private readonly Scene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_listener_that_throws_keeps_no_log_from_opening_and_is_told()
    {
        using var broken = Listen((_, _) => throw new InvalidOperationException("A broken listener."));

        using var log = _scene.Open();

        log.LastError.Should().Be("A listener of the meter Delivery.EventLog failed, with InvalidOperationException: A broken listener.");
        _scene.Flush(log, 0, 3);
        var heard = new List<string>();
        using var later = Listen((instrument, _) => heard.Add(instrument.Name));
        heard.Should().HaveCount(9).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_listener_that_throws_at_the_end_keeps_no_log_from_closing()
    {
        var log = _scene.Open();
        using var listener = Listen((instrument, to) => to.EnableMeasurementEvents(instrument));
        listener.MeasurementsCompleted = (_, _) => throw new InvalidOperationException("A broken listener.");
        _scene.Flush(log, 0, 3);

        log.Dispose();

        listener.MeasurementsCompleted = null;
        log.LastError.Should().Contain("A broken listener.");
        _scene.Numbers().Should().Equal(0, 1, 2);
    }

    private MeterListener Listen(Action<Instrument, MeterListener> published)
    {
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if ((string?)instrument.Meter.Tags?.FirstOrDefault().Value == _scene.Directory) published(instrument, to);
        };
        listener.Start();
        return listener;
    }
}
