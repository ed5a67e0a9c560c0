namespace Delivery.Evaluation;

/// <summary>Two policies' views of the same logged items in the same order.</summary>
internal static class PairedItems
{
    /// <exception cref="ArgumentException">The two do not describe the same items.</exception>
    public static void Check(ReadOnlySpan<LoggedOutcome> first, ReadOnlySpan<LoggedOutcome> second)
    {
        if (first.Length != second.Length) throw new ArgumentException($"{first.Length} items are to be paired with {second.Length}; expected as many.");
        for (var i = 0; i < first.Length; i++)
        {
            if (!first[i].Propensity.Equals(second[i].Propensity))
                throw new ArgumentException($"Item {i} has the propensity {first[i].Propensity} on one side and {second[i].Propensity} on the other; expected the same logged item.");
            if (!first[i].Reward.Equals(second[i].Reward))
                throw new ArgumentException($"Item {i} has the reward {first[i].Reward} on one side and {second[i].Reward} on the other; expected the same logged item.");
        }
    }

    /// <summary>(w₁ − w₂)·r of each item.</summary>
    public static double[] Differences(ReadOnlySpan<LoggedOutcome> first, ReadOnlySpan<LoggedOutcome> second)
    {
        var differences = new double[first.Length];
        for (var i = 0; i < differences.Length; i++) differences[i] = (first[i].Weight - second[i].Weight) * first[i].Reward;
        return differences;
    }
}
