namespace Delivery.Cli.Demo;

/// <summary>Which policy chose what was shown.</summary>
public enum OpenBanditPolicy
{
    /// <summary>Every item with the same probability.</summary>
    Random,

    /// <summary>Bernoulli Thompson sampling, trained before the week of the log; its probabilities move.</summary>
    Bts,
}

/// <summary>Where in the recommendation panel an item stood; the numbers are those of the data.</summary>
public enum OpenBanditPosition
{
    Left = 1,
    Centre = 2,
    Right = 3,
}

/// <summary>One logged impression.</summary>
/// <param name="Number">The row's number in its file, from 0.</param>
/// <param name="Time">When it was shown, UTC.</param>
/// <param name="Item">The item shown, 0 to 33.</param>
/// <param name="Position">Where it was shown.</param>
/// <param name="Clicked">Whether the user clicked on it.</param>
/// <param name="Propensity">Probability with which the policy showed this item at this position, over 0 and up to 1, as logged.</param>
/// <param name="UserBuckets">For each of the four user features the bucket of its value, 0 to 31.</param>
public sealed record OpenBanditRow(
    int Number, DateTimeOffset Time, int Item, OpenBanditPosition Position, bool Clicked, double Propensity, IReadOnlyList<int> UserBuckets);
