using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.EventLog;

namespace Delivery.ApplyRuntime.Logging;

/// <summary>Appends the randomised decisions to the event log. Takes no lock, waits for nothing, allocates nothing; any thread.</summary>
/// <param name="writer">Not owned. Dispose it after the last runtime that logs into it.</param>
public sealed class RequestLog(EventLogWriter writer) : IDecisionSink
{
    /// <inheritdoc/>
    public long Dropped => writer.Dropped;

    public void Record(in LoggedDecision decision, ReadOnlySpan<float> features) => writer.Append(EntryOf(decision, features)); // the writer counts what it drops

    /// <summary>A decision in the fields of the log.</summary>
    /// <param name="decision">What was decided.</param>
    /// <param name="features">Of the request; the result borrows them.</param>
    public static RequestEntry EntryOf(in LoggedDecision decision, ReadOnlySpan<float> features) => new()
    {
        RequestId = decision.RequestId,
        Time = decision.Time,
        Model = decision.Model,
        ModelVersion = decision.ModelVersion,
        ModelSha256 = decision.Snapshot?.Hex,
        RequestCount = decision.RequestCount,
        Intent = decision.Intent,
        Features = features,
        Pivot = decision.Pivot == Decision.NoClass ? null : (uint)decision.Pivot,
        Production = decision.Production is { } production and >= 0 ? (uint)production : null,
        Shown = (uint)decision.Shown,
        Bundle = decision.Bundle,
        Propensity = decision.Propensity,
        ExploreProbability = decision.ExploreProbability,
        ExternalRandom = decision.External,
        SaltBucket = decision.SaltBucket,
        Locale = decision.Locale,
        Ui = decision.UserInterface,
        Experiment = decision.Experiment,
        Source = decision.Source?.Word(),
        Epoch = decision.Epoch,
        Commit = decision.Commit?.Hex,
        Draw = decision.Hash,
        ClassCount = (uint)decision.ClassCount,
        ConfigHash = decision.ConfigHash,
        SaltMinutes = (uint)decision.SaltMinutes,
        LocalRadius = (uint)decision.LocalRadius,
        UniformShare = decision.UniformShare,
    };
}
