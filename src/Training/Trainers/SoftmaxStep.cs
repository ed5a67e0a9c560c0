using Delivery.Models.Numerics;
using Delivery.Training.Settings;

namespace Delivery.Training.Trainers;

/// <summary>One minibatch step of a linear softmax: W ← W − lr·(G + λ·W), G being the mean gradient of the items.</summary>
/// <remarks>
/// Products and sums over features are those of <see cref="RowProduct"/> and <see cref="Axpy"/> in float, items in their order;
/// the step itself is taken in double and rounded once. The same items give the same bits on every machine.
/// </remarks>
internal sealed class SoftmaxStep(TrainModel settings)
{
    private readonly int _classes = settings.ClassNumber;
    private readonly int _features = settings.FeatureCount;
    private readonly int _stride = RowProduct.Stride(settings.FeatureCount);
    private readonly float[] _scores = new float[settings.ClassNumber];
    private readonly double[] _probabilities = new double[settings.ClassNumber];
    private readonly double[] _derivatives = new double[settings.ClassNumber];
    private float[] _gradient = new float[settings.ClassNumber * RowProduct.Stride(settings.FeatureCount)];

    /// <summary>Of the latest step, in the Euclidean norm, L2 aside.</summary>
    public double GradientNorm { get; set; }

    /// <summary>Items of the latest step whose 1/μ was clipped.</summary>
    public int Clipped { get; private set; }

    /// <summary>Takes the step; false, and the weights stay as they are, where it would make one infinite or NaN.</summary>
    /// <param name="weights">Rows padded to <see cref="RowProduct.Stride"/>; replaced by the new ones. The array given in is kept and reused.</param>
    /// <param name="batch">At least one item.</param>
    /// <param name="baseline">Takes in the rewards, each after it was used.</param>
    public bool Take(ref float[] weights, PendingBatch batch, RewardBaseline baseline)
    {
        Array.Clear(_gradient);
        Clipped = 0;
        for (var i = 0; i < batch.Count; i++)
        {
            AddItem(weights, batch.Items[i], batch.Features(i), baseline.Mean);
            baseline.Add(batch.Items[i].Reward);
        }
        if (!Apply(weights, 1.0 / batch.Count)) return false;
        (weights, _gradient) = (_gradient, weights);
        return true;
    }

    private void AddItem(float[] weights, PendingBatch.Item item, ReadOnlySpan<float> x, double baseline)
    {
        RowProduct.Compute(weights, _stride, x, _scores);
        Softmax.Compute(_scores, _probabilities);
        var inverse = 1 / item.Propensity;
        if (settings.WeightClip is { } clip && inverse > clip)
        {
            inverse = clip;
            Clipped++;
        }
        SoftmaxGradient.Compute(settings.Objective, new(item.Shown, inverse, item.Reward, baseline), _probabilities, _derivatives);
        for (var k = 0; k < _classes; k++) Axpy.Compute((float)_derivatives[k], x, _gradient.AsSpan(k * _stride, _features));
    }

    /// <summary>Turns the gradient sum into the new weights; false where one is not finite.</summary>
    private bool Apply(float[] weights, double share)
    {
        var (squares, finite) = (0.0, true);
        for (var k = 0; k < _classes; k++)
        {
            var old = weights.AsSpan(k * _stride, _features);
            var row = _gradient.AsSpan(k * _stride, _features);
            for (var i = 0; i < row.Length; i++)
            {
                var mean = row[i] * share;
                squares += mean * mean;
                row[i] = (float)(old[i] - settings.LearningRate * (mean + settings.RegValue * old[i]));
                finite &= float.IsFinite(row[i]);
            }
        }
        GradientNorm = Math.Sqrt(squares);
        return finite;
    }
}
