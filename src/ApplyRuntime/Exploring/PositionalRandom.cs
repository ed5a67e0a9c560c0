namespace Delivery.ApplyRuntime.Exploring;

/// <summary>Every class is as likely as any other.</summary>
internal sealed class PositionalRandom() : Bundle(uniformShare: 1)
{
    public const string BundleName = "positional_random";

    public override string Name => BundleName;

    private protected override bool Weigh(int pivot, Span<double> weights) => false;
}
