namespace Delivery.Models.Kinds;

/// <summary>Scores one checked model. Immutable, allocates nothing per call, safe on any thread.</summary>
public abstract class Scorer
{
    /// <summary>Classes: positions, and as the last one "not shown".</summary>
    public abstract int ClassCount { get; }

    /// <summary>Length of a feature vector.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>Whether the score of "not shown" is that of a threshold, which settings may replace.</summary>
    public virtual bool HasNotShownThreshold => false;

    /// <summary>One score a class; the same bits on every machine.</summary>
    /// <param name="file">The very bytes that the model was read from.</param>
    /// <param name="features"><see cref="FeatureCount"/> values in the order of the model's sources.</param>
    /// <param name="scores">Receives <see cref="ClassCount"/> scores; not finite where a feature is not.</param>
    /// <exception cref="ArgumentException">A length differs.</exception>
    public abstract void Score(ReadOnlySpan<byte> file, ReadOnlySpan<float> features, Span<float> scores);

    /// <summary>The class of the highest score, the lowest such class on a tie; -1 when a score is not finite.</summary>
    public static int Best(ReadOnlySpan<float> scores)
    {
        var best = -1;
        var highest = float.NegativeInfinity;
        for (var k = 0; k < scores.Length; k++)
        {
            if (!float.IsFinite(scores[k])) return -1;
            if (scores[k] > highest) (best, highest) = (k, scores[k]);
        }
        return best;
    }

    private protected void ThrowLengths(int features, int scores) => throw new ArgumentException(
        $"{features} features and room for {scores} scores were given; the model has {FeatureCount} features and {ClassCount} classes.");
}
