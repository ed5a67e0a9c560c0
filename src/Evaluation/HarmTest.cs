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
public static class HarmTest
{
    /// <summary>Compares two policies on the same items in the same order.</summary>
    /// <exception cref="ArgumentException">The spans differ in length, or an item's propensity or reward differs between them.</exception>
    public static HarmTestResult Compare(ReadOnlySpan<LoggedOutcome> challenger, ReadOnlySpan<LoggedOutcome> champion, HarmTestOptions options) =>
        throw new NotSupportedException();
}
