namespace Delivery.Evaluation;

/// <summary>Area under the ROC curve: the chance that a random positive scores above a random negative, a tie counting half.</summary>
public static class Auc
{
    /// <summary>Exact, by ranks. NaN where positives or negatives are missing.</summary>
    /// <param name="scores">Finite scores, higher for what is more likely positive.</param>
    /// <param name="labels">True for a positive.</param>
    /// <param name="weights">Weight of each item, at least 0; empty: all 1.</param>
    /// <exception cref="ArgumentException">The lengths differ, a score is NaN, or a weight is negative or not finite.</exception>
    public static double Compute(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights = default)
    {
        Check(scores, labels, weights);
        var keys = scores.ToArray();
        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(keys, order);

        var (below, all, wins) = (0.0, 0.0, 0.0);
        for (var start = 0; start < keys.Length;)
        {
            var (end, positives, negatives) = (start, 0.0, 0.0);
            for (; end < keys.Length && keys[end] == keys[start]; end++)
            {
                var weight = weights.IsEmpty ? 1 : weights[order[end]];
                if (labels[order[end]]) positives += weight;
                else negatives += weight;
            }
            wins += positives * (below + 0.5 * negatives);
            below += negatives;
            all += positives;
            start = end;
        }
        return all * below > 0 ? wins / (all * below) : double.NaN;
    }

    private static void Check(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels, ReadOnlySpan<double> weights)
    {
        if (scores.Length != labels.Length) throw new ArgumentException($"{scores.Length} scores were given for {labels.Length} labels.", nameof(labels));
        if (!weights.IsEmpty && weights.Length != scores.Length) throw new ArgumentException($"{weights.Length} weights were given for {scores.Length} scores.", nameof(weights));
        for (var i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i])) throw new ArgumentException($"Score {i} is NaN.", nameof(scores));
            if (!weights.IsEmpty && !(weights[i] >= 0 && double.IsFinite(weights[i]))) throw new ArgumentException($"Weight {i} is {weights[i]}; expected a finite number of at least 0.", nameof(weights));
        }
    }
}
