namespace Delivery.Evaluation;

/// <summary>What the importance weights alone say of a set of items.</summary>
internal readonly record struct WeightSums(int Count, double Sum, double SumOfSquares, double Max)
{
    public double Mean => Count == 0 ? double.NaN : Sum / Count;

    public double EffectiveSampleSize => SumOfSquares > 0 ? Sum * Sum / SumOfSquares : 0;

    /// <exception cref="ArgumentException">An item is none that a policy could have logged.</exception>
    public static WeightSums Of(ReadOnlySpan<LoggedOutcome> items)
    {
        var (sum, squares, max) = (new ExactSum(), new ExactSum(), 0.0);
        for (var i = 0; i < items.Length; i++)
        {
            Check(items[i], i);
            var weight = items[i].Weight;
            sum.Add(weight);
            squares.Add(weight * weight);
            max = Math.Max(max, weight);
        }
        return new(items.Length, sum.Value, squares.Value, max);
    }

    private static void Check(LoggedOutcome item, int index)
    {
        if (!(item.Propensity is > 0 and <= 1))
            throw new ArgumentException($"Item {index} has the propensity {item.Propensity}; expected a number above 0 and at most 1.");
        if (!(item.TargetProbability is >= 0 and <= 1))
            throw new ArgumentException($"Item {index} has the target probability {item.TargetProbability}; expected a number from 0 to 1.");
        if (!double.IsFinite(item.Reward))
            throw new ArgumentException($"Item {index} has the reward {item.Reward}; expected a finite number.");
    }
}
