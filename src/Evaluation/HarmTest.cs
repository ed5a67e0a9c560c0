using Delivery.Models.Numerics;

namespace Delivery.Evaluation;

/// <summary>What the logged items say of a challenger against a champion.</summary>
public enum HarmVerdict
{
    /// <summary>The interval reaches to both sides of −tolerance, or too few items bear on the question.</summary>
    Undecided,

    /// <summary>The whole interval lies below −tolerance: the challenger loses.</summary>
    Harm,

    /// <summary>The whole interval lies at or above −tolerance.</summary>
    NoHarm,
}

/// <summary>How a harm test is done.</summary>
public sealed record HarmTestOptions
{
    /// <summary>Largest loss of value per decision that is still called none. Default 0.</summary>
    public double Tolerance { get; init; }

    /// <summary>Probability of ever calling harm where there is none, over all looks at one model. In (0, 1). Default 0.05.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>Effective sample size of either policy below which nothing is decided. Default 100.</summary>
    public double MinimumEffectiveSampleSize { get; init; } = 100;
}

/// <summary>The paired comparison of two policies on the same logged items.</summary>
/// <param name="Verdict">What follows from the rest.</param>
/// <param name="Difference">Estimate of value(challenger) − value(champion) per decision.</param>
/// <param name="Low">Lower bound of <paramref name="Difference"/>, valid at every look.</param>
/// <param name="High">Upper bound of <paramref name="Difference"/>, valid at every look.</param>
/// <param name="Count">Items compared.</param>
/// <param name="EffectiveSampleSize">The smaller of the two policies'.</param>
public sealed record HarmTestResult(HarmVerdict Verdict, double Difference, double Low, double High, int Count, double EffectiveSampleSize);

/// <summary>Tests on logged items whether a challenger does harm, so that looking again every half hour keeps its error rate.</summary>
/// <remarks>
/// Per item d = (w_challenger − w_champion)·r. The interval is the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha,
/// Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences" (arXiv 2103.06476):
/// mean ± σ̂·√( 2(nρ² + 1)/(n²ρ²) · ln(√(nρ² + 1)/α) ), with ρ² = (−2 ln α + ln(−2 ln α) + 1) / 2000, which makes it tightest
/// at about 2,000 items. It holds at all n at once, which an interval for one look does not; like every result that rests on the
/// central limit theorem, it needs enough items that bear on the question, which the least effective sample size sees to.
/// Policies that treat every item alike differ by exactly 0: [0, 0]. Where the policies differ and yet all d are the same, as
/// when no item has a reward, the items say nothing of the spread, and the interval is unbounded.
/// </remarks>
public static class HarmTest
{
    private const double TightestCount = 2_000;

    /// <summary>Compares two policies on the same items in the same order. No items: undecided, and the difference is NaN.</summary>
    /// <exception cref="ArgumentException">
    /// The spans differ in length, or an item's propensity or reward differs between them, or is none that can be; an option is out of its range.
    /// </exception>
    public static HarmTestResult Compare(ReadOnlySpan<LoggedOutcome> challenger, ReadOnlySpan<LoggedOutcome> champion, HarmTestOptions options)
    {
        CheckOptions(options);
        PairedItems.Check(challenger, champion);
        var effective = Math.Min(WeightSums.Of(challenger).EffectiveSampleSize, WeightSums.Of(champion).EffectiveSampleSize);
        var (mean, deviation) = Moments.Of(PairedItems.Differences(challenger, champion));
        var width = challenger.SequenceEqual(champion) && !challenger.IsEmpty ? 0
            : deviation > 0 ? HalfWidth(deviation, challenger.Length, options.Alpha)
            : double.PositiveInfinity;
        var (low, high) = challenger.IsEmpty ? (double.NegativeInfinity, double.PositiveInfinity) : (mean - width, mean + width);
        var verdict = challenger.IsEmpty || effective < options.MinimumEffectiveSampleSize ? HarmVerdict.Undecided
            : high < -options.Tolerance ? HarmVerdict.Harm
            : low >= -options.Tolerance ? HarmVerdict.NoHarm
            : HarmVerdict.Undecided;
        return new(verdict, mean, low, high, challenger.Length, effective);
    }

    private static double HalfWidth(double deviation, int count, double alpha)
    {
        var logarithm = -2 * Elementary.Log(Math.Min(alpha, 0.5)); // any ρ > 0 is valid, and above 0.87 the formula gives none
        var rhoSquared = (logarithm + Elementary.Log(logarithm) + 1) / TightestCount;
        var grown = count * rhoSquared + 1;
        return deviation * Math.Sqrt(2 * grown / (count * rhoSquared * count) * Elementary.Log(Math.Sqrt(grown) / alpha));
    }

    private static void CheckOptions(HarmTestOptions options)
    {
        if (!(options.Tolerance >= 0)) throw new ArgumentException($"The tolerance is {options.Tolerance}; expected a number of at least 0.", nameof(options));
        if (!(options.Alpha is > 0 and < 1)) throw new ArgumentException($"Alpha is {options.Alpha}; expected a number above 0 and below 1.", nameof(options));
        if (!(options.MinimumEffectiveSampleSize >= 0)) throw new ArgumentException($"The minimum effective sample size is {options.MinimumEffectiveSampleSize}; expected a number of at least 0.", nameof(options));
    }
}
