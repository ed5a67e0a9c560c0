namespace Delivery.Evaluation;

/// <summary>Mean and deviation in two passes of exact sums.</summary>
internal static class Moments
{
    /// <summary>The mean, NaN for no terms, and the sample standard deviation (divisor n − 1), infinite for fewer than two terms.</summary>
    public static (double Mean, double Deviation) Of(ReadOnlySpan<double> terms)
    {
        if (terms.IsEmpty) return (double.NaN, double.PositiveInfinity);
        var sum = new ExactSum();
        foreach (var term in terms) sum.Add(term);
        var mean = sum.Value / terms.Length;
        if (terms.Length == 1) return (mean, double.PositiveInfinity);
        sum.Clear();
        foreach (var term in terms) sum.Add((term - mean) * (term - mean));
        return (mean, Math.Sqrt(sum.Value / (terms.Length - 1)));
    }
}
