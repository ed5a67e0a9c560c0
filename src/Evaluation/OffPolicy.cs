namespace Delivery.Evaluation;

/// <summary>
/// The value of a policy from decisions that another policy made and logged with their propensities: w = π / μ, reward r.
/// Dudík, Langford, Li: "Doubly robust policy evaluation and learning" (ICML 2011); Swaminathan, Joachims: "The self-normalized
/// estimator for counterfactual learning" (NeurIPS 2015).
/// </summary>
/// <remarks>Sums are exact (<see cref="ExactSum"/>): the order of the items does not matter, and the bits are the same on every machine.</remarks>
public static class OffPolicy
{
    /// <summary>Inverse propensity score: mean(w·r), or mean(min(w, cap)·r). Standard error: sample deviation of the terms / √n.</summary>
    /// <param name="items">Items as the evaluated policy sees them.</param>
    /// <param name="cap">Largest weight let through; biases the estimate towards 0. Default: none. The effective sample size and the weights reported are those before the cap.</param>
    /// <exception cref="ArgumentException">A propensity outside (0, 1], a target probability outside [0, 1], a reward that is not finite, or a cap that is not positive.</exception>
    public static Estimate Ips(ReadOnlySpan<LoggedOutcome> items, double cap = double.PositiveInfinity)
    {
        if (!(cap > 0)) throw new ArgumentException($"The cap is {cap}; expected a number above 0.", nameof(cap));
        var weights = WeightSums.Of(items);
        var terms = new double[items.Length];
        for (var i = 0; i < terms.Length; i++) terms[i] = Math.Min(items[i].Weight, cap) * items[i].Reward;
        return MeanOf(terms, weights);
    }

    /// <summary>Self-normalised: Σ(w·r) / Σw, NaN where no weight is above 0. Standard error: √Σ(w²(r − v)²) / Σw.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Ips"/>.</exception>
    public static Estimate Snips(ReadOnlySpan<LoggedOutcome> items)
    {
        var weights = WeightSums.Of(items);
        var sum = new ExactSum();
        foreach (var item in items) sum.Add(item.Weight * item.Reward);
        var value = Ratio(sum.Value, weights.Sum);
        sum.Clear();
        foreach (var item in items)
        {
            var residual = item.Weight * (item.Reward - value);
            sum.Add(residual * residual);
        }
        return Describe(value, Ratio(Math.Sqrt(sum.Value), weights.Sum), weights);
    }

    /// <summary>Direct method: mean of V(x) = Σₖ πₖ(x)·q̂ₖ(x), the value that a model of the reward predicts for the policy.</summary>
    /// <param name="items">Items as the evaluated policy sees them; only their weights are used, for the report.</param>
    /// <param name="predictedValues">V of each item.</param>
    /// <exception cref="ArgumentException">As for <see cref="Ips"/>; the lengths differ; a prediction is not finite.</exception>
    public static Estimate DirectMethod(ReadOnlySpan<LoggedOutcome> items, ReadOnlySpan<double> predictedValues)
    {
        var weights = WeightSums.Of(items);
        CheckPredictions(predictedValues, items.Length, nameof(predictedValues));
        return MeanOf(predictedValues, weights);
    }

    /// <summary>Doubly robust: mean(V + w·(r − q̂)), right when either the propensities or the model of the reward are.</summary>
    /// <param name="items">Items as the evaluated policy sees them.</param>
    /// <param name="predictedValues">V of each item, as for <see cref="DirectMethod"/>.</param>
    /// <param name="predictedRewards">q̂ of each item's logged class.</param>
    /// <exception cref="ArgumentException">As for <see cref="DirectMethod"/>.</exception>
    public static Estimate DoublyRobust(ReadOnlySpan<LoggedOutcome> items, ReadOnlySpan<double> predictedValues, ReadOnlySpan<double> predictedRewards)
    {
        var weights = WeightSums.Of(items);
        CheckPredictions(predictedValues, items.Length, nameof(predictedValues));
        CheckPredictions(predictedRewards, items.Length, nameof(predictedRewards));
        var terms = new double[items.Length];
        for (var i = 0; i < terms.Length; i++) terms[i] = predictedValues[i] + items[i].Weight * (items[i].Reward - predictedRewards[i]);
        return MeanOf(terms, weights);
    }

    /// <summary>Value of one policy minus that of another on the same items: mean((w₁ − w₂)·r). Its effective sample size is the smaller one.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Ips"/>; or the two do not describe the same logged items.</exception>
    public static Estimate Difference(ReadOnlySpan<LoggedOutcome> policy, ReadOnlySpan<LoggedOutcome> reference)
    {
        PairedItems.Check(policy, reference);
        var (first, second) = (WeightSums.Of(policy), WeightSums.Of(reference));
        return MeanOf(PairedItems.Differences(policy, reference), first.EffectiveSampleSize <= second.EffectiveSampleSize ? first : second);
    }

    /// <summary>
    /// Self-normalised value of one policy minus that of another on the same items: Σ(w₁r)/Σw₁ − Σ(w₂r)/Σw₂. Standard error, by
    /// linearisation: √Σ(w₁(r − v₁)/Σw₁ − w₂(r − v₂)/Σw₂)². Its effective sample size is the smaller one. With the logging policy
    /// as the reference (π = μ) the second value is the mean reward. NaN where a policy has no weight above 0.
    /// </summary>
    /// <exception cref="ArgumentException">As for <see cref="Difference"/>.</exception>
    public static Estimate SnipsDifference(ReadOnlySpan<LoggedOutcome> policy, ReadOnlySpan<LoggedOutcome> reference)
    {
        PairedItems.Check(policy, reference);
        var (first, second) = (WeightSums.Of(policy), WeightSums.Of(reference));
        var (value, other) = (Snips(policy).Value, Snips(reference).Value);
        var sum = new ExactSum();
        for (var i = 0; i < policy.Length; i++)
        {
            var residual = Ratio(policy[i].Weight * (policy[i].Reward - value), first.Sum) - Ratio(reference[i].Weight * (reference[i].Reward - other), second.Sum);
            sum.Add(residual * residual);
        }
        return Describe(value - other, Math.Sqrt(sum.Value), first.EffectiveSampleSize <= second.EffectiveSampleSize ? first : second);
    }

    private static Estimate MeanOf(ReadOnlySpan<double> terms, WeightSums weights)
    {
        var (mean, deviation) = Moments.Of(terms);
        return Describe(mean, deviation / Math.Sqrt(terms.Length), weights);
    }

    private static Estimate Describe(double value, double standardError, WeightSums weights) => weights.Count == 0
        ? Estimate.None
        : new(value, weights.Count == 1 ? double.PositiveInfinity : standardError, weights.Count, weights.EffectiveSampleSize, weights.Max, weights.Mean);

    private static double Ratio(double numerator, double denominator) => denominator > 0 ? numerator / denominator : double.NaN;

    private static void CheckPredictions(ReadOnlySpan<double> predictions, int expected, string name)
    {
        if (predictions.Length != expected) throw new ArgumentException($"{predictions.Length} predictions were given for {expected} items.", name);
        for (var i = 0; i < predictions.Length; i++)
        {
            if (!double.IsFinite(predictions[i])) throw new ArgumentException($"Prediction {i} is {predictions[i]}; expected a finite number.", name);
        }
    }
}
