using Delivery.Evaluation;

namespace Delivery.Updater.Validation;

/// <summary>What the gate makes of a candidate.</summary>
public enum GateDecision
{
    /// <summary>Deliver it.</summary>
    Accept,

    /// <summary>It does harm.</summary>
    Reject,

    /// <summary>Nothing proves it bad, but it would have to prove itself first: what is delivered stays.</summary>
    Keep,
}

/// <summary>The last test: does the candidate lose against what is delivered, on items that neither has learned from?</summary>
/// <remarks>
/// It rejects on evidence of harm, not for want of a proof of gain: half an hour of clicks rarely proves a gain, and a model
/// that stands still also keeps its request count, which drives exploration. A candidate that is not simply the delivered model trained
/// on has no such claim: undecided keeps the old one.
/// </remarks>
public static class HoldoutGate
{
    /// <param name="candidate">Has passed all other tests.</param>
    /// <param name="champion">What is delivered; null for a new model, which the gate lets through.</param>
    /// <param name="replay">Of both on the holdout.</param>
    /// <param name="options">The harm test's.</param>
    public static (GateDecision Decision, GateReport Report) Decide(LoadedModel candidate, LoadedModel? champion, HoldoutReplay replay, HarmTestOptions options)
    {
        LoggedOutcome[] challenger = [.. replay.Challenger], reference = [.. replay.Reference];
        var result = HarmTest.Compare(challenger, reference, options);
        var (decision, reason) = champion is null ? (GateDecision.Accept, "first delivery") : Judge(candidate, champion, result, replay, options);
        return (decision, GateReport.Of(result, replay.AgainstChampion, OffPolicy.Snips(challenger), OffPolicy.Snips(reference), reason));
    }

    private static (GateDecision, string) Judge(LoadedModel candidate, LoadedModel champion, HarmTestResult result, HoldoutReplay replay, HarmTestOptions options)
    {
        var rival = replay.AgainstChampion ? "the delivered model" : "the logging policy (the delivered model takes other features)";
        var evidence = result.Count == 0 ? "no holdout items to compare on"
            : replay.SameChoices ? $"both choose the same class on every item, {result.Count} items, effective {result.EffectiveSampleSize:0}"
            : $"{result.Difference:+0.00000;-0.00000;0} a decision against {rival}, interval [{result.Low:0.00000}, {result.High:0.00000}], {result.Count} items, effective {result.EffectiveSampleSize:0}";
        return result.Verdict switch
        {
            HarmVerdict.Harm => (GateDecision.Reject, $"harm: {evidence}"),
            HarmVerdict.NoHarm => (GateDecision.Accept, $"no harm: {evidence}"),
            _ when BrokenLineage(candidate, champion) is { } broken => (GateDecision.Keep, $"undecided: {Shortage(result, options)}{evidence}; kept because {broken}"),
            _ => (GateDecision.Accept, $"undecided, trained on from the delivered one: {Shortage(result, options)}{evidence}"),
        };
    }

    private static string Shortage(HarmTestResult result, HarmTestOptions options) =>
        result.EffectiveSampleSize < options.MinimumEffectiveSampleSize ? $"fewer than {options.MinimumEffectiveSampleSize:0} effective items; " : "";

    /// <summary>Null for a candidate that is the delivered model, trained on.</summary>
    private static string? BrokenLineage(LoadedModel candidate, LoadedModel champion) =>
        candidate.Header.ModelVersion != champion.Header.ModelVersion ? $"model_version changed from {champion.Header.ModelVersion} to {candidate.Header.ModelVersion}"
        : candidate.Header.ConfigHash != champion.Header.ConfigHash ? "its settings changed"
        : !candidate.HasSettingsOf(champion) ? "its shape changed"
        : candidate.Header.BatchCount == 0 ? "no trainer exported it: its batch_count is 0"
        : candidate.Header.RequestCount <= champion.Header.RequestCount ? $"its request_count did not grow from {champion.Header.RequestCount}"
        : null;
}
