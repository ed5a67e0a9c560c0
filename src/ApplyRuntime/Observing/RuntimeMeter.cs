using System.Diagnostics.Metrics;
using Delivery.ApplyRuntime.Deciding;

namespace Delivery.ApplyRuntime.Observing;

/// <summary>What a runtime counts and how old it is, as instruments of the meter <c>Delivery.ApplyRuntime</c>, tagged with its folder. docs/observe.md tells their meaning.</summary>
internal sealed class RuntimeMeter : IDisposable
{
    public const string Name = "Delivery.ApplyRuntime";
    private const string Prefix = "delivery.apply.";

    // A decision takes from a tenth of a microsecond to some; the default bounds would put all of them into the first.
    private static readonly double[] DecisionBounds =
        [1e-7, 2e-7, 3e-7, 5e-7, 7e-7, 1e-6, 1.5e-6, 2e-6, 3e-6, 5e-6, 7e-6, 1e-5, 2e-5, 5e-5, 1e-4, 1e-3, 1e-2, 1e-1];

    private static readonly double[] ReloadBounds = [1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300];

    private readonly Meter _meter;
    private readonly ListenerFaults _faults;
    private readonly GuardedHistogram _reloads;
    private Source? _source;

    /// <param name="folder">The fast-data folder.</param>
    /// <param name="counters">Counts and times the decisions.</param>
    /// <param name="time">Dates the faults of listeners.</param>
    public RuntimeMeter(string folder, DecisionCounters counters, TimeProvider time)
    {
        _faults = new ListenerFaults(time);
        _meter = new Meter(new MeterOptions(Name) { Tags = [new KeyValuePair<string, object?>("folder", folder)] });
        counters.Durations = new GuardedHistogram(
            Histogram(Prefix + "decision.duration", "Time of one decision, of one in 1,024 while somebody listens.", DecisionBounds), _faults, time);
        _reloads = new GuardedHistogram(Histogram(Prefix + "reload.duration", "Time to load, verify and swap, by result.", ReloadBounds), _faults, time);
    }

    /// <summary>The newest fault of a listener; null for none.</summary>
    public RuntimeError? Fault => _faults.Last;

    /// <summary>Adds all that is asked for only when a listener collects.</summary>
    /// <param name="counters">Of the decisions.</param>
    /// <param name="status">What is in use now.</param>
    /// <param name="health">How the runtime does now.</param>
    /// <param name="options">Say which instruments are wanted.</param>
    public void Observe(DecisionCounters counters, Func<RuntimeStatus> status, Func<RuntimeHealth> health, RuntimeOptions options)
    {
        Volatile.Write(ref _source, new Source(counters, status, health));
        Counters("decisions", source => Decisions(source.Counters), "{decision}", "Decisions by source and outcome.");
        Counters("fallbacks", source => Fallbacks(source.Status().Fallbacks), "{decision}", "Applications asked in which no model decided, by reason.");
        CreateReloads();
        CreateAges(options.ModelAges);
        CreateSizes();
        if (options.ReportLeasesAfter is not null) Gauge("overdue_leases", source => source.Status().OverdueLeases.Count, "{lease}", "Leases that hold an older generation for longer than ReportLeasesAfter.");
        Gauge("health", source => (long)source.Health().Level, null, "0 healthy, 1 degraded, 2 unhealthy.");
    }

    /// <summary>A try to load a generation has ended.</summary>
    /// <param name="seconds">Time it took.</param>
    /// <param name="swapped">Whether something new is in use.</param>
    /// <param name="problems">What was left out.</param>
    public void Reloaded(double seconds, bool swapped, int problems) => _reloads.Record(seconds, Tag("result", problems == 0 ? "applied" : swapped ? "partial" : "failed"));

    /// <summary>Ends all instruments. A listener that throws here keeps those that follow: they then say nothing, and hold no runtime in memory.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _source, null);
        Guard("at the end of", "its instruments", _meter.Dispose);
    }

    private void CreateReloads()
    {
        Counter("reloads", source => source.Status().Reloads, "{reload}", "Generations swapped in.");
        Counter("failed_reloads", source => source.Status().FailedReloads, "{reload}", "Attempts that left something out, or all.");
        Gauge("consecutive_failures", source => source.Status().ConsecutiveFailures, "{reload}", "Failed attempts since the last one without a problem.");
        Gauge("problems", source => source.Status().Problems.Count, "{problem}", "What keeps the runtime from what is published, now.");
        Counter("refused_settings", source => source.Status().Configuration.Refused, "{file}", "Files of settings that could not be used.");
        Counter("dropped_records", source => source.Status().DroppedRecords, "{record}", "Randomised decisions that the sink dropped by itself.");
        Counter("lost_records", source => source.Status().LostRecords, "{record}", "Randomised decisions that the sink threw away with an exception.");
    }

    private void CreateAges(int modelAges)
    {
        Age("trained_age.newest", status => status.NewestTrainedAge, "Time since the newest event that any model in use learned from.");
        Age("trained_age.oldest", status => status.OldestTrainedAge, "The same of the model that is furthest behind.");
        Age("published_age", status => status.PublishedAge, "Time since the commit of the generation in use.");
        Age("applied_age", status => status.AppliedAge, "Time since the generation in use was swapped in.");
        Age("checked_age", status => status.State == RuntimeState.Closed ? null : status.AsOf - status.CheckedAt, "Time since the loader last looked at CURRENT.");
        if (modelAges > 0) Ages("model.trained_age", status => ModelAges(status, modelAges), "Time since the newest event that a model learned from, by model.");
    }

    private void CreateSizes()
    {
        Gauge("epoch", source => source.Status().Epoch, null, "Number of the generation in use; 0 for none.");
        Gauge("models", source => source.Status().Models.Count, "{model}", "Models in use.");
        Gauge("training_models.failing", source => source.Status().TrainingModels.Count(model => model.Problem is not null), "{model}", "Models pulled from the training store whose last pull went wrong.");
        Gauge("retired_generations", source => source.Status().RetiredGenerations, "{generation}", "Older generations that a lease still holds.");
        Gauge("held_bytes", source => source.Status().HeldBytes, "By", "Bytes of models in use or held by a lease.");
    }

    private void Counter(string name, Func<Source, long> value, string unit, string description) => Counters(name, source => [new Measurement<long>(value(source))], unit, description);

    private void Counters(string name, Func<Source, IEnumerable<Measurement<long>>> values, string unit, string description) =>
        Publish(name, full => _meter.CreateObservableCounter(full, () => Ask(values), unit, description));

    private void Gauge(string name, Func<Source, long> value, string? unit, string description) =>
        Publish(name, full => _meter.CreateObservableGauge(full, () => Ask<long>(source => [new(value(source))]), unit, description));

    // An age that is not known has no value, which an alert can tell from 0.
    private void Age(string name, Func<RuntimeStatus, TimeSpan?> age, string description) =>
        Ages(name, status => age(status) is { } known ? [new Measurement<double>(known.TotalSeconds)] : [], description);

    private void Ages(string name, Func<RuntimeStatus, IEnumerable<Measurement<double>>> ages, string description) =>
        Publish(name, full => _meter.CreateObservableGauge(full, () => Ask(source => ages(source.Status())), "s", description));

    private IEnumerable<Measurement<T>> Ask<T>(Func<Source, IEnumerable<Measurement<T>>> values)
        where T : struct => Volatile.Read(ref _source) is { } source ? values(source) : [];

    private void Publish(string name, Func<string, Instrument> create) => Guard("when it heard of", Prefix + name, () => create(Prefix + name));

    private Histogram<double>? Histogram(string name, string description, double[] bounds)
    {
        Histogram<double>? histogram = null;
        Guard("when it heard of", name, () => histogram = _meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds }));
        return histogram ?? Find(name);
    }

    // The instrument is made and can be listened to before listeners hear of it; what one of them throws loses only the reference to it.
    private Histogram<double>? Find(string name)
    {
        Histogram<double>? found = null;
        using var finder = new MeterListener();
        finder.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter == _meter && instrument.Name == name) found = instrument as Histogram<double>;
        };
        finder.Start();
        return found;
    }

    private void Guard(string during, string instrument, Action call)
    {
        try
        {
            call();
        }
        catch (Exception e) // a listener is somebody else's code: no runtime may fail to open or close for it
        {
            _faults.Tell(during, instrument, e);
        }
    }

    private static IEnumerable<Measurement<long>> Decisions(DecisionCounters counters) => counters.Read().Select(count =>
        new Measurement<long>(count.Count, Tag("source", Words.Snake(count.Source.ToString())), Tag("outcome", Words.Snake(count.Result.ToString()))));

    private static IEnumerable<Measurement<long>> Fallbacks(FallbackCounts counts) => counts.ByReason().Select(count =>
        new Measurement<long>(count.Count, Tag("reason", Words.Snake(count.Reason.ToString()))));

    private static IEnumerable<Measurement<double>> ModelAges(RuntimeStatus status, int most) =>
        from model in status.Models.Where(model => model.TrainedUntil is not null).Take(most)
        select new Measurement<double>((status.AsOf - model.TrainedUntil!.Value).TotalSeconds, Tag("model", model.Name.Value));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    /// <summary>Whom the instruments ask.</summary>
    private sealed record Source(DecisionCounters Counters, Func<RuntimeStatus> Status, Func<RuntimeHealth> Health);
}
