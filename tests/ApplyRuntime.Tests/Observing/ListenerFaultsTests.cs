using System.Diagnostics.Metrics;
using Delivery.ApplyRuntime.Deciding;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Observing;

/// <summary>Listeners of the meter that throw wherever the framework calls them. Other tests' runtimes are left alone.</summary>
public sealed class ListenerFaultsTests : IDisposable
{
    private readonly Scene _scene = new();
    private readonly SteppedTime _time = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void One_that_throws_at_each_instrument_keeps_no_runtime_from_opening_and_is_told_once()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish(7);
        var heard = 0;
        using var broken = Listen((_, _) =>
        {
            heard++;
            throw new InvalidOperationException("A broken listener.");
        });

        var runtime = Open();

        heard.Should().Be(22, "each instrument is made for others to hear");
        runtime.Decide("news", Scene.Ones).Epoch.Should().Be(7);
        var status = runtime.Status;
        status.LastError.Should().Be(new RuntimeError(
            "A listener of the meter Delivery.ApplyRuntime failed when it heard of delivery.apply.decision.duration, with InvalidOperationException: A broken listener.", _time.GetUtcNow()));
        (status.Problems.Count, status.FailedReloads).Should().Be((0, 0), "what is published is in use");
        runtime.Describe().Should().Contain("A broken listener.");
    }

    [Fact]
    public void After_one_that_throws_at_each_instrument_a_later_one_hears_everything()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish();
        using var broken = Listen((_, _) => throw new InvalidOperationException("A broken listener."));
        var runtime = Open();

        using var readings = new MeterReadings(_scene.Root);
        Decide(runtime, 20_000);
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish();
        runtime.Refresh();

        readings.Instruments.Select(instrument => instrument.Name).Should().HaveCount(22).And.OnlyHaveUniqueItems();
        readings.Collect()["decisions{source=model,outcome=class}"].Should().Be(20_000);
        readings.Times.Select(time => time.Name).Should().Contain("decision.duration{call=class}").And.Contain("reload.duration{result=applied}");
    }

    [Fact]
    public void One_that_throws_at_a_time_fails_no_decision_and_is_asked_again_after_a_second()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 2)).Publish();
        var runtime = Open();
        var (heard, broken) = (0, true);
        using var listener = Listen((instrument, to) =>
        {
            if (instrument is Histogram<double>) to.EnableMeasurementEvents(instrument);
        });
        listener.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            heard++;
            if (broken) throw new InvalidOperationException($"A broken listener, time {heard}.");
        });

        Decide(runtime, 20_000);
        heard.Should().Be(1, "an exception for one decision in 1,024 would be felt");
        var told = runtime.Status.LastError!;
        _time.Advance(TimeSpan.FromSeconds(1));
        Decide(runtime, 20_000);
        heard.Should().Be(2);
        runtime.Status.LastError.Should().Be(told, "it is told once");
        broken = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        Decide(runtime, 20_000);

        heard.Should().BeGreaterThan(10, "measuring goes on");
        told.Message.Should().Be("A listener of the meter Delivery.ApplyRuntime failed while it was told a value of delivery.apply.decision.duration, with InvalidOperationException: A broken listener, time 1.");
    }

    [Fact]
    public void One_that_throws_at_a_reload_fails_no_reload_and_hears_of_the_next()
    {
        _scene.Builder.With("news", FolderBuilder.Choosing("news", 1)).Publish();
        var runtime = Open();
        var heard = 0;
        using var listener = Listen((instrument, to) => to.EnableMeasurementEvents(instrument));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) =>
        {
            if (instrument is not Histogram<double>) return;
            heard++;
            throw new InvalidOperationException("A broken listener.");
        });

        for (var next = 2; next <= 4; next++)
        {
            _scene.Builder.With("news", FolderBuilder.Choosing("news", next % 3)).Publish();
            runtime.Refresh();
        }

        var status = runtime.Status;
        (status.Epoch, status.Problems.Count, status.FailedReloads, heard).Should().Be((4L, 0, 0L, 3));
        status.LastError!.Message.Should().Contain("delivery.apply.reload.duration");
    }

    [Fact]
    public void One_that_throws_at_the_end_keeps_no_runtime_from_closing_and_measures_it_no_more()
    {
        using var readings = new MeterReadings(_scene.Root);
        var runtime = Open();
        using var listener = Listen((instrument, to) => to.EnableMeasurementEvents(instrument));
        listener.MeasurementsCompleted = (_, _) => throw new InvalidOperationException("A broken listener.");
        var values = 0;
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => values++);
        listener.RecordObservableInstruments();
        values.Should().BePositive();

        runtime.Dispose();

        runtime.Status.LastError!.Message.Should().Contain("failed at the end of its instruments").And.Contain("A broken listener.");
        values = 0;
        listener.RecordObservableInstruments();
        values.Should().Be(0);
        readings.Collect().Should().BeEmpty("nobody else measures a closed runtime either");
        listener.MeasurementsCompleted = null;
    }

    [Fact]
    public void The_newer_of_two_errors_is_told()
    {
        var early = new RuntimeError("early", _time.GetUtcNow());
        var late = new RuntimeError("late", _time.GetUtcNow().AddTicks(1));

        RuntimeError.Newer(early, late).Should().Be(late);
        RuntimeError.Newer(late, early).Should().Be(late);
        RuntimeError.Newer(early, null).Should().Be(early);
        RuntimeError.Newer(null, early).Should().Be(early);
        RuntimeError.Newer(null, null).Should().BeNull();
    }

    private static void Decide(ModelRuntime runtime, int often)
    {
        for (var i = 0; i < often; i++) runtime.Decide("news", Scene.Ones).Source.Should().Be(DecisionSource.Model);
    }

    private ModelRuntime Open() => _scene.Open(Scene.OnlyWhenAsked with { Time = _time });

    private MeterListener Listen(Action<Instrument, MeterListener> published)
    {
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if ((string?)instrument.Meter.Tags?.FirstOrDefault().Value == _scene.Root) published(instrument, to);
        };
        listener.Start();
        return listener;
    }
}
