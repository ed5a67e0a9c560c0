using Delivery.Models.Formats;

namespace Delivery.Models.Kinds;

/// <summary>Multinomial logistic model: scores z = W x, one row of W a class; its softmax is the probability of each class.</summary>
public sealed class LinearSoftmax : ModelKind
{
    /// <summary>The kind's name in a header.</summary>
    public const string KindName = "linear_softmax";

    /// <summary>Name of the one tensor: classes × features.</summary>
    public const string WeightsName = "weights";

    public override string Name => KindName;

    public override Scorer CreateScorer(ModelOutline outline) => new RowScorer(outline, WeightsName);
}
