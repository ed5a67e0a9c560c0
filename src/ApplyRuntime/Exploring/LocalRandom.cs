namespace Delivery.ApplyRuntime.Exploring;

/// <summary>
/// Classes k with |k − pivot| ≤ radius, and "not shown". The weight of a neighbour is 2 to the power of −|k − pivot|, that of "not
/// shown" at least 2 to the power of −radius, as if it were the furthest neighbour. The hard form gives all of them the same weight.
/// </summary>
internal sealed class LocalRandom(int radius, double uniformShare, bool hard) : Bundle(uniformShare)
{
    public const string BundleName = "positional_local_random";
    public const string HardBundleName = "positional_local_random_hard";

    public override string Name => hard ? HardBundleName : BundleName;

    private protected override bool Weigh(int pivot, Span<double> weights)
    {
        for (var k = 0; k < weights.Length; k++)
        {
            var distance = Math.Abs(k - pivot);
            weights[k] = distance <= radius ? Weight(distance) : 0;
        }
        weights[^1] = Math.Max(weights[^1], Weight(radius));
        return true;
    }

    private double Weight(int distance) => hard ? 1 : Math.ScaleB(1, -distance); // exact: a power of two
}
