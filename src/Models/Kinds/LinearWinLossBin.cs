using Delivery.Models.Formats;
using Delivery.Models.Numerics;

namespace Delivery.Models.Kinds;

/// <summary>
/// One binary classifier a position: σ(w_c x) is the probability of a gain at position c. The last class, "not shown", gains nothing
/// and so has no classifier: it is chosen when no position is as likely to gain as a threshold, 0.5 by default.
/// </summary>
/// <remarks>
/// The scores are the logits w_c x, and for "not shown" the logit of the threshold. So the highest score is the decision, as for every
/// kind, and a position at the very threshold is shown. The threshold is part of the model, as it is calibrated with the weights: the
/// tensor <c>not_shown</c> holds its logit. Settings may put another in its place for one application.
/// </remarks>
public sealed class LinearWinLossBin : ModelKind
{
    /// <summary>The kind's name in a header.</summary>
    public const string KindName = "linear_winloss_bin";

    /// <summary>Name of the tensor that may hold the score of "not shown"; of shape [1].</summary>
    public const string NotShownName = "not_shown";

    public override string Name => KindName;

    /// <summary>The score of "not shown" that stands for a threshold: ln(t / (1 − t)), 0 for 0.5. The same bits on every machine.</summary>
    /// <param name="threshold">Above 0 and below 1.</param>
    public static float NotShownScore(double threshold) => threshold is > 0 and < 1
        ? (float)(Elementary.Log(threshold) - Elementary.Log(1 - threshold))
        : throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold lies between 0 and 1.");

    public override Scorer CreateScorer(ModelOutline outline)
    {
        var notShown = outline.Find(NotShownName);
        if (notShown is not null && (notShown.Type != TensorType.F32 || notShown.Shape is not [1]))
        {
            throw new InvalidModelException(
                $"The tensor '{NotShownName}' of '{outline.NameText}' is {notShown.Type} of shape [{string.Join(", ", notShown.Shape)}]; expected {TensorType.F32} of [1].");
        }
        return new ThresholdScorer(new RowScorer(outline, LinearSoftmax.WeightsName, rows: outline.ClassCount - 1), notShown);
    }

    private sealed class ThresholdScorer(RowScorer positions, TensorLayout? notShown) : Scorer
    {
        public override int ClassCount => positions.ClassCount + 1;
        public override int FeatureCount => positions.FeatureCount;
        public override bool HasNotShownThreshold => true;

        public override void Score(ReadOnlySpan<byte> file, ReadOnlySpan<float> features, Span<float> scores)
        {
            if (features.Length != FeatureCount || scores.Length != ClassCount) ThrowLengths(features.Length, scores.Length);
            positions.Score(file, features, scores[..^1]);
            scores[^1] = notShown is null ? 0 : notShown.Floats(file)[0];
        }
    }
}
