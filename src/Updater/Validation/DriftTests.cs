namespace Delivery.Updater.Validation;

/// <summary>Whether a candidate of the champion's settings is still the same kind of thing: how it decides, and how large its weights are.</summary>
public static class DriftTests
{
    /// <summary>A champion that decides this share of items, or more, for one class has no histogram to keep.</summary>
    private const double OneClass = 0.95;

    /// <returns>Every reason to reject the candidate; none when it passed, or when there is nothing to compare it with.</returns>
    public static IReadOnlyList<string> Check(LoadedModel candidate, LoadedModel? champion, HoldoutReplay replay, ValidationOptions options)
    {
        if (champion is null || !candidate.HasSettingsOf(champion)) return [];
        var reasons = new List<string>();
        if (replay.AgainstChampion && replay.Challenger.Count >= options.MinimumDriftItems) AddClassShift(replay, options, reasons);
        AddWeightRatio(candidate, champion, options, reasons);
        return reasons;
    }

    /// <summary>½ Σₖ |pₖ − qₖ| of two histograms with the same total: the share of items that must move to make one of the other.</summary>
    public static double TotalVariation(IReadOnlyList<int> first, IReadOnlyList<int> second, int total) =>
        first.Zip(second, (a, b) => Math.Abs(a - b)).Sum() / (2.0 * total);

    private static void AddClassShift(HoldoutReplay replay, ValidationOptions options, List<string> reasons)
    {
        var count = replay.Challenger.Count;
        // A policy without context decides for one class always, and moves whole when another class turns out better: that is learning.
        if (replay.ChampionClasses.Max() >= OneClass * count) return;
        var shift = TotalVariation(replay.ChallengerClasses, replay.ChampionClasses, count);
        if (shift > options.MaxClassShift) reasons.Add($"drift: {shift:P1} of {count} holdout decisions moved to other classes; the limit is {options.MaxClassShift:P1}");
    }

    private static void AddWeightRatio(LoadedModel candidate, LoadedModel champion, ValidationOptions options, List<string> reasons)
    {
        var (now, before) = (candidate.WeightSize().Mean, champion.WeightSize().Mean);
        if (before == 0) return; // a champion that has not learned yet
        var growth = Math.Max(1, candidate.Header.BatchCount / (double)Math.Max(1, champion.Header.BatchCount));
        var ratio = now / before;
        if (ratio > options.MaxMeanWeightRatio * growth) reasons.Add($"drift: mean |w| grew from {before:G4} to {now:G4}, {ratio:G4} times; the limit is {options.MaxMeanWeightRatio * growth:G4} times");
        if (ratio < 1 / options.MaxMeanWeightRatio) reasons.Add($"drift: mean |w| shrank from {before:G4} to {now:G4}; the limit is 1/{options.MaxMeanWeightRatio:G4} of it");
    }
}
