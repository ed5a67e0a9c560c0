using Delivery.Models.Formats;

namespace Delivery.Models.Kinds;

/// <summary>
/// The multi-class win/loss model: z = W x, one row of W a class, "not shown" among them, as it has learned from losses. Scored like
/// <see cref="LinearSoftmax"/>; only what it was trained for differs.
/// </summary>
public sealed class LinearWinLossMc : ModelKind
{
    /// <summary>The kind's name in a header.</summary>
    public const string KindName = "linear_winloss_mc";

    public override string Name => KindName;

    public override Scorer CreateScorer(ModelOutline outline) => new RowScorer(outline, LinearSoftmax.WeightsName);
}
