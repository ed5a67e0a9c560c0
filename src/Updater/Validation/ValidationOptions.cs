using Delivery.Evaluation;

namespace Delivery.Updater.Validation;

/// <summary>What a candidate has to pass. Immutable: derive variants with <c>with</c>.</summary>
public sealed record ValidationOptions
{
    /// <summary>Largest model file. Default 64 MiB, at least 1 KiB.</summary>
    public long MaxModelBytes { get; init; } = 64L << 20;

    /// <summary>Largest absolute weight. Default 10,000, above 0.</summary>
    public double MaxAbsoluteWeight { get; init; } = 1e4;

    /// <summary>Folder of known answers, <c>NAME.json</c> a model; null for none. Default null.</summary>
    public string? GoldenFolder { get; init; }

    /// <summary>
    /// Largest share of probability that may move between classes from champion to candidate, a mean over the holdout items.
    /// Default 0.9: a policy that is being learned does move, from even odds to sure ones, and the harm test judges whether for the better; this catches the
    /// one that collapses. In (0, 1]; 1 switches the test off.
    /// </summary>
    public double MaxProbabilityShift { get; init; } = 0.9;

    /// <summary>Holdout items below which nothing is said about drift. Default 100, at least 1.</summary>
    public int MinimumDriftItems { get; init; } = 100;

    /// <summary>
    /// Largest factor by which mean |w| may grow against the champion of the same settings, times the growth of the
    /// batch count, since a step moves weights by no more than the steps before it did; a mean under 0.1 counts as 0.1. Default 10, above 1.
    /// </summary>
    public double MaxMeanWeightRatio { get; init; } = 10;

    /// <summary>The harm test on the holdout. Defaults as there.</summary>
    public HarmTestOptions Harm { get; init; } = new();

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (MaxModelBytes < 1024) yield return $"{nameof(MaxModelBytes)} is {MaxModelBytes}; it needs 1024 or more.";
        if (!(MaxAbsoluteWeight > 0)) yield return $"{nameof(MaxAbsoluteWeight)} is {MaxAbsoluteWeight}; it needs more than 0.";
        if (GoldenFolder is not null && !Directory.Exists(GoldenFolder)) yield return $"{nameof(GoldenFolder)} is '{GoldenFolder}'; there is no such folder.";
        if (!(MaxProbabilityShift is > 0 and <= 1)) yield return $"{nameof(MaxProbabilityShift)} is {MaxProbabilityShift}; it needs more than 0 and at most 1.";
        if (MinimumDriftItems < 1) yield return $"{nameof(MinimumDriftItems)} is {MinimumDriftItems}; it needs 1 or more.";
        if (!(MaxMeanWeightRatio > 1)) yield return $"{nameof(MaxMeanWeightRatio)} is {MaxMeanWeightRatio}; it needs more than 1.";
        if (!(Harm.Tolerance >= 0) || double.IsInfinity(Harm.Tolerance)) yield return $"{nameof(Harm)}.{nameof(Harm.Tolerance)} is {Harm.Tolerance}; it needs 0 or more.";
        if (!(Harm.Alpha is > 0 and < 1)) yield return $"{nameof(Harm)}.{nameof(Harm.Alpha)} is {Harm.Alpha}; it needs more than 0 and less than 1.";
        if (!(Harm.MinimumEffectiveSampleSize >= 0)) yield return $"{nameof(Harm)}.{nameof(Harm.MinimumEffectiveSampleSize)} is {Harm.MinimumEffectiveSampleSize}; it needs 0 or more.";
    }
}
