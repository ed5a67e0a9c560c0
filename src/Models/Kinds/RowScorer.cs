using Delivery.Models.Formats;
using Delivery.Models.Numerics;

namespace Delivery.Models.Kinds;

/// <summary>Scores z = W x, one row of W a class.</summary>
internal sealed class RowScorer : Scorer
{
    private readonly TensorLayout _weights;

    /// <param name="outline">Of the model.</param>
    /// <param name="tensor">Name of W.</param>
    /// <param name="rows">Rows that W must have; null: one for each class of the header.</param>
    /// <exception cref="InvalidModelException">The model has no such tensor, or one of another type or shape.</exception>
    public RowScorer(ModelOutline outline, string tensor, int? rows = null)
    {
        (ClassCount, FeatureCount) = (rows ?? outline.ClassCount, outline.FeatureCount);
        _weights = outline.Tensor(tensor);
        if (_weights.Type != TensorType.F32 || _weights.Shape is not [var found, var columns] || found != ClassCount || columns != FeatureCount)
        {
            throw new InvalidModelException(
                $"The tensor '{tensor}' of '{outline.NameText}' is {_weights.Type} of shape [{string.Join(", ", _weights.Shape)}]; expected {TensorType.F32} of [{ClassCount}, {FeatureCount}].");
        }
    }

    public override int ClassCount { get; }

    public override int FeatureCount { get; }

    public override void Score(ReadOnlySpan<byte> file, ReadOnlySpan<float> features, Span<float> scores)
    {
        if (features.Length != FeatureCount || scores.Length != ClassCount) ThrowLengths(features.Length, scores.Length);
        RowProduct.Compute(_weights.Floats(file), _weights.RowStride, features, scores);
    }
}
