namespace Delivery.Evaluation;

/// <summary>Intervals of a share of yes-or-no rewards, for counts at which the normal interval of a mean is too narrow to be believed.</summary>
public static class Proportion
{
    /// <summary>
    /// Wilson's score interval, 95 %: Wilson (1927); with an effective sample size in place of the count, as Korn and Graubard (1998) do for
    /// weighted samples. Within [0, 1]; a share of 0 still has an upper bound above 0.
    /// </summary>
    /// <param name="share">In [0, 1]; NaN gives NaN.</param>
    /// <param name="count">Items, or the effective sample size of weighted ones; 0 gives [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">A share outside [0, 1], or a negative count.</exception>
    public static (double Low, double High) Wilson(double share, double count)
    {
        if (share is < 0 or > 1) throw new ArgumentOutOfRangeException(nameof(share), share, "Expected 0 to 1.");
        if (!(count >= 0)) throw new ArgumentOutOfRangeException(nameof(count), count, "Expected 0 or more.");
        const double square = Estimate.NormalQuantile95 * Estimate.NormalQuantile95;
        var middle = share * count + square / 2;
        var half = Estimate.NormalQuantile95 * Math.Sqrt(share * (1 - share) * count + square / 4);
        return (Math.Max(0, (middle - half) / (count + square)), Math.Min(1, (middle + half) / (count + square)));
    }
}
