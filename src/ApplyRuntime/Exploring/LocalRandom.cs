using Delivery.Models.Formats;

namespace Delivery.ApplyRuntime.Exploring;

/// <summary>
/// Classes k with |k − pivot| ≤ radius, and "not shown". The weight of a neighbour is 2 to the power of −|k − pivot|, that of "not
/// shown" at least 2 to the power of −radius, as if it were the furthest neighbour. The hard form gives all of them the same weight.
/// </summary>
internal sealed class LocalRandom : Bundle
{
    private const int Furthest = 1074; // beyond, a power of two is 0
    public const string BundleName = "positional_local_random";
    public const string HardBundleName = "positional_local_random_hard";

    private readonly double[] _weights; // by distance from the pivot

    public LocalRandom(int radius, double uniformShare, bool hard) : base(uniformShare)
    {
        Name = hard ? HardBundleName : BundleName;
        _weights = new double[(hard ? Math.Min(radius, ModelLimits.MaxClasses) : Math.Min(radius, Furthest)) + 1];
        for (var distance = 0; distance < _weights.Length; distance++) _weights[distance] = hard ? 1 : Math.ScaleB(1, -distance); // exact: a power of two
    }

    public override string Name { get; }

    private protected override bool Weigh(int pivot, Span<double> weights)
    {
        var radius = _weights.Length - 1;
        weights.Clear();
        var last = Math.Min(pivot + radius, weights.Length - 1);
        for (var k = Math.Max(0, pivot - radius); k <= last; k++) weights[k] = _weights[Math.Abs(k - pivot)];
        weights[^1] = Math.Max(weights[^1], _weights[^1]);
        return true;
    }
}
