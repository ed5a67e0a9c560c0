namespace Delivery.Evaluation;

/// <summary>
/// One estimate of many. Items of different strata (experiments, say, with other classes and other reward rates) are never
/// mixed inside an estimate: each stratum is estimated by itself, and the estimates are averaged by their numbers of items.
/// </summary>
/// <remarks>Cochran, "Sampling Techniques" (1977), chapter 5: differences between strata add nothing to the error.</remarks>
public static class Strata
{
    /// <summary>
    /// Value Σ(Nₛ·vₛ) / N with N = ΣNₛ; standard error √Σ(Nₛ·seₛ)² / N, for strata whose errors are uncorrelated. The effective
    /// sample size is that of the weights as they count in the whole: 1 / Σ((Nₛ/N)² / ESSₛ).
    /// </summary>
    /// <param name="strata">Estimates of strata; those of no items count for nothing. One without a value leaves the whole without one.</param>
    public static Estimate Combine(params IReadOnlyCollection<Estimate> strata)
    {
        long total = 0;
        foreach (var stratum in strata) total += stratum.Count;
        if (total == 0) return Estimate.None;
        var (value, variance, inverseSize, weight) = (new ExactSum(), new ExactSum(), new ExactSum(), new ExactSum());
        var largest = 0.0;
        foreach (var stratum in strata)
        {
            if (stratum.Count == 0) continue;
            var share = stratum.Count / (double)total;
            value.Add(share * stratum.Value);
            variance.Add(share * stratum.StandardError * (share * stratum.StandardError));
            inverseSize.Add(share * share / stratum.EffectiveSampleSize);
            weight.Add(share * stratum.MeanWeight);
            largest = Math.Max(largest, stratum.MaxWeight);
        }
        return new(value.Value, Math.Sqrt(variance.Value), checked((int)total), SizeOf(inverseSize.Value), largest, weight.Value);
    }

    private static double SizeOf(double inverse) => double.IsNaN(inverse) ? 0 : 1 / inverse;
}
