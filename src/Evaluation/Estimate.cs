namespace Delivery.Evaluation;

/// <summary>An estimated value per decision, with what is needed to judge how far to trust it.</summary>
/// <param name="Value">The estimate; NaN where the items do not determine it.</param>
/// <param name="StandardError">Of <paramref name="Value"/>; infinite for a single item, NaN where there is no value.</param>
/// <param name="Count">Items it is made of.</param>
/// <param name="EffectiveSampleSize">Kish: (Σw)² / Σw², from 0 to <paramref name="Count"/>; under 100 nothing should be decided on it.</param>
/// <param name="MaxWeight">Largest importance weight; 0 for no items.</param>
/// <param name="MeanWeight">Close to 1 when propensities are right; NaN for no items.</param>
public sealed record Estimate(double Value, double StandardError, int Count, double EffectiveSampleSize, double MaxWeight, double MeanWeight)
{
    /// <summary>Quantile of the normal distribution that leaves 2.5 % above.</summary>
    public const double NormalQuantile95 = 1.959963984540054;

    /// <summary>Lower end of the normal 95 % interval: valid for one look, not for a series of looks.</summary>
    public double Low => Value - NormalQuantile95 * StandardError;

    /// <summary>Upper end of the normal 95 % interval.</summary>
    public double High => Value + NormalQuantile95 * StandardError;

    /// <summary>The estimate of no items.</summary>
    public static Estimate None { get; } = new(double.NaN, double.NaN, 0, 0, 0, double.NaN);
}
