namespace Delivery.Models.Numerics;

/// <summary>Probabilities from scores, with the same bits on every machine.</summary>
public static class Softmax
{
    /// <summary>p[k] = exp(z[k] − max z) / Σⱼ exp(z[j] − max z), in double; the sum is taken in the order of the classes.</summary>
    /// <param name="scores">z. A score of −∞ beside finite ones has probability 0; any other score that is not finite makes every probability NaN.</param>
    /// <param name="probabilities">Receives one probability a score.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <remarks>Allocates nothing; any thread.</remarks>
    public static void Compute(ReadOnlySpan<float> scores, Span<double> probabilities)
    {
        if (scores.Length != probabilities.Length) ThrowLengths(scores.Length, probabilities.Length);
        var highest = float.NegativeInfinity;
        foreach (var score in scores)
        {
            if (score > highest) highest = score;
        }
        var sum = 0.0;
        for (var k = 0; k < scores.Length; k++)
        {
            probabilities[k] = Elementary.Exp((double)scores[k] - highest);
            sum += probabilities[k];
        }
        if (double.IsNaN(sum))
        {
            probabilities.Fill(double.NaN); // one NaN for all: which one arithmetic makes depends on the processor
            return;
        }
        for (var k = 0; k < probabilities.Length; k++) probabilities[k] /= sum;
    }

    private static void ThrowLengths(int scores, int probabilities) =>
        throw new ArgumentException($"There are {scores} scores, but room for {probabilities} probabilities.");
}
