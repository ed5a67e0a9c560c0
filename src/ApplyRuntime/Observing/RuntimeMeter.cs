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
    private readonly Histogram<double> _reloads;

    /// <param name="folder">The fast-data folder.</param>
    /// <param name="counters">Counts and times the decisions.</param>
    public RuntimeMeter(string folder, DecisionCounters counters)
    {
        _meter = new Meter(new MeterOptions(Name) { Tags = [new KeyValuePair<string, object?>("folder", folder)] });
        counters.Durations = _meter.CreateHistogram(
            Prefix + "decision.duration", "s", "Time of one decision, of one in 1,024 while somebody listens.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DecisionBounds });
        _reloads = _meter.CreateHistogram(
            Prefix + "reload.duration", "s", "Time to load, verify and swap, by result.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = ReloadBounds });
    }

    /// <summary>Adds all that is asked for only when a listener collects.</summary>
    /// <param name="counters">Of the decisions.</param>
    /// <param name="status">What is in use now.</param>
    /// <param name="health">How the runtime does now.</param>
    /// <param name="modelAges">Most models that have a gauge of their own; 0 for none.</param>
    public void Observe(DecisionCounters counters, Func<RuntimeStatus> status, Func<RuntimeHealth> health, int modelAges)
    {
        _meter.CreateObservableCounter(Prefix + "decisions", () => Decisions(counters), "{decision}", "Decisions by source and outcome.");
        _meter.CreateObservableCounter(Prefix + "fallbacks", () => Fallbacks(status().Fallbacks), "{decision}", "Applications asked in which no model decided, by reason.");
        CreateReloads(status);
        CreateAges(status, modelAges);
        CreateSizes(status);
        _meter.CreateObservableGauge(Prefix + "health", () => (long)health().Level, null, "0 healthy, 1 degraded, 2 unhealthy.");
    }

    /// <summary>A try to load a generation has ended.</summary>
    /// <param name="seconds">Time it took.</param>
    /// <param name="swapped">Whether something new is in use.</param>
    /// <param name="problems">What was left out.</param>
    public void Reloaded(double seconds, bool swapped, int problems)
    {
        try
        {
            _reloads.Record(seconds, new KeyValuePair<string, object?>("result", problems == 0 ? "applied" : swapped ? "partial" : "failed"));
        }
        catch (Exception)
        {
            // A listener is somebody else's code, and the loader must outlive it.
        }
    }

    public void Dispose() => _meter.Dispose();

    private void CreateReloads(Func<RuntimeStatus> status)
    {
        _meter.CreateObservableCounter(Prefix + "reloads", () => status().Reloads, "{reload}", "Generations swapped in.");
        _meter.CreateObservableCounter(Prefix + "failed_reloads", () => status().FailedReloads, "{reload}", "Attempts that left something out, or all.");
        _meter.CreateObservableGauge(Prefix + "consecutive_failures", () => status().ConsecutiveFailures, "{reload}", "Failed attempts since the last one without a problem.");
        _meter.CreateObservableGauge(Prefix + "problems", () => (long)status().Problems.Count, "{problem}", "What keeps the runtime from what is published, now, and overdue leases.");
        _meter.CreateObservableCounter(Prefix + "refused_settings", () => status().Configuration.Refused, "{file}", "Files of settings that could not be used.");
        _meter.CreateObservableCounter(Prefix + "dropped_records", () => status().DroppedRecords, "{record}", "Randomised decisions that the sink dropped by itself.");
        _meter.CreateObservableCounter(Prefix + "lost_records", () => status().LostRecords, "{record}", "Randomised decisions that the sink threw away with an exception.");
    }

    private void CreateAges(Func<RuntimeStatus> status, int modelAges)
    {
        CreateAge("trained_age.newest", () => status().NewestTrainedAge, "Time since the newest event that any model in use learned from.");
        CreateAge("trained_age.oldest", () => status().OldestTrainedAge, "The same of the model that is furthest behind.");
        CreateAge("published_age", () => status().PublishedAge, "Time since the commit of the generation in use.");
        CreateAge("applied_age", () => status().AppliedAge, "Time since the generation in use was swapped in.");
        CreateAge("checked_age", () => status() is { State: not RuntimeState.Closed } now ? now.AsOf - now.CheckedAt : null, "Time since the loader last looked at CURRENT.");
        if (modelAges > 0) _meter.CreateObservableGauge(Prefix + "model.trained_age", () => ModelAges(status(), modelAges), "s", "Time since the newest event that a model learned from, by model.");
    }

    private void CreateSizes(Func<RuntimeStatus> status)
    {
        _meter.CreateObservableGauge(Prefix + "epoch", () => status().Epoch, null, "Number of the generation in use; 0 for none.");
        _meter.CreateObservableGauge(Prefix + "models", () => (long)status().Models.Count, "{model}", "Models in use.");
        _meter.CreateObservableGauge(Prefix + "training_models.failing", () => (long)status().TrainingModels.Count(model => model.Problem is not null), "{model}", "Models pulled from the training store whose last pull went wrong.");
        _meter.CreateObservableGauge(Prefix + "retired_generations", () => (long)status().RetiredGenerations, "{generation}", "Older generations that a lease still holds.");
        _meter.CreateObservableGauge(Prefix + "held_bytes", () => status().HeldBytes, "By", "Bytes of models in use or held by a lease.");
    }

    // An age that is not known has no value, which an alert can tell from 0.
    private void CreateAge(string name, Func<TimeSpan?> age, string description) =>
        _meter.CreateObservableGauge(Prefix + name, () => age() is { } known ? [new Measurement<double>(known.TotalSeconds)] : Array.Empty<Measurement<double>>(), "s", description);

    private static IEnumerable<Measurement<long>> Decisions(DecisionCounters counters) => counters.Read().Select(count =>
        new Measurement<long>(count.Count, Tag("source", Words.Snake(count.Source.ToString())), Tag("outcome", Words.Snake(count.Result.ToString()))));

    private static IEnumerable<Measurement<long>> Fallbacks(FallbackCounts counts) => counts.ByReason().Select(count =>
        new Measurement<long>(count.Count, Tag("reason", Words.Snake(count.Reason.ToString()))));

    private static IEnumerable<Measurement<double>> ModelAges(RuntimeStatus status, int most) =>
        from model in status.Models.Where(model => model.TrainedUntil is not null).Take(most)
        select new Measurement<double>((status.AsOf - model.TrainedUntil!.Value).TotalSeconds, Tag("model", model.Name.Value));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
