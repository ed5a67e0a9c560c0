namespace Delivery.Updater.Validation;

/// <summary>Whether a candidate of the champion's settings is still the same kind of thing: how it decides, and how large its weights are.</summary>
public static class DriftTests
{
    /// <summary>Mean |w| that hardly moves a probability: growth of anything smaller is counted from here.</summary>
    private const double SmallMean = 0.1;

    /// <summary>More growth of the batch count than this lets the weights grow no further.</summary>
    private const double MaxGrowth = 100;

    /// <returns>Every reason to reject the candidate; none when it passed, or when there is nothing to compare it with.</returns>
    public static IReadOnlyList<string> Check(LoadedModel candidate, LoadedModel? champion, HoldoutReplay replay, ValidationOptions options)
    {
        if (champion is null || !candidate.HasSettingsOf(champion)) return [];
        var reasons = new List<string>();
        var count = replay.Challenger.Count;
        if (replay.AgainstChampion && count >= options.MinimumDriftItems && replay.ProbabilityShift > options.MaxProbabilityShift)
        {
            reasons.Add($"drift: {replay.ProbabilityShift:P1} of the probability moved between classes, on {count} holdout items; the limit is {options.MaxProbabilityShift:P1}");
        }
        AddWeights(candidate, champion, options, reasons);
        return reasons;
    }

    private static void AddWeights(LoadedModel candidate, LoadedModel champion, ValidationOptions options, List<string> reasons)
    {
        var (now, before) = (candidate.WeightSize().Mean, champion.WeightSize().Mean);
        // Weights of a young model cross zero, so that they shrink says nothing; that all are gone does.
        if (now == 0 && before > 0) reasons.Add($"drift: every weight is 0; mean |w| was {before:G4}");
        var growth = Math.Clamp(candidate.Header.BatchCount / (double)Math.Max(1, champion.Header.BatchCount), 1, MaxGrowth);
        var limit = Math.Max(before, SmallMean) * options.MaxMeanWeightRatio * growth;
        if (now > limit) reasons.Add($"drift: mean |w| grew from {before:G4} to {now:G4}; the limit is {limit:G4}");
    }
}
