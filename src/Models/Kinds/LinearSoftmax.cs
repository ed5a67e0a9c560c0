using Delivery.Models.Formats;
using Delivery.Models.Numerics;

namespace Delivery.Models.Kinds;

/// <summary>Multinomial logistic model: scores z = W x, one row of W a class; its softmax is the probability of each class.</summary>
public sealed class LinearSoftmax : ModelKind
{
    /// <summary>The kind's name in a header.</summary>
    public const string KindName = "linear_softmax";

    /// <summary>Name of the one tensor: classes × features.</summary>
    public const string WeightsName = "weights";

    public override string Name => KindName;

    public override Scorer CreateScorer(ModelLayout layout)
    {
        var weights = layout.Tensor(WeightsName);
        var (classes, features) = ((int)layout.Header.ClassCount, (int)layout.Header.FeatureCount);
        if (weights.Type != TensorType.F32 || weights.Shape is not [var rows, var columns] || rows != classes || columns != features)
        {
            throw new InvalidModelException(
                $"The tensor '{WeightsName}' of '{layout.Header.Name}' is {weights.Type} of shape [{string.Join(", ", weights.Shape)}]; expected {TensorType.F32} of [{classes}, {features}].");
        }
        return new RowScorer(weights, classes, features);
    }

    private sealed class RowScorer(TensorLayout weights, int classes, int features) : Scorer
    {
        public override int ClassCount => classes;
        public override int FeatureCount => features;

        public override void Score(ReadOnlySpan<byte> file, ReadOnlySpan<float> x, Span<float> scores)
        {
            if (x.Length != features || scores.Length != classes) ThrowLengths(x.Length, scores.Length);
            RowProduct.Compute(weights.Floats(file), weights.RowStride, x, scores);
        }

        private void ThrowLengths(int x, int scores) => throw new ArgumentException(
            $"{x} features and room for {scores} scores were given; the model has {features} features and {classes} classes.");
    }
}
