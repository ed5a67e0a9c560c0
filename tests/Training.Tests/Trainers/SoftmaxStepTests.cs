using Delivery.Models.Numerics;
using Delivery.Training.Settings;
using Delivery.Training.Trainers;

namespace Delivery.Training.Tests.Trainers;

public sealed class SoftmaxStepTests
{
    private static readonly TrainModel Worked = Sample.Settings with
    {
        Sources = [new("constant", 1), new("query", 1)],
        ClassNumber = 3,
        BatchSize = 1,
        LearningRate = .1,
        RegValue = .01,
        Objective = TrainingObjective.IpsCrossEntropy,
    };

    private static readonly float[] W = [.1f, -.2f, 0, .3f, -.1f, .1f];

    [Fact]
    public void The_step_of_the_worked_example_is_as_published()
    {
        var weights = Padded(W, 2);
        new SoftmaxStep(Worked).Take(ref weights, Batch(2, (new(1, .25, 1, 0), [1, 2])), new(0)).Should().BeTrue();
        weights[0].Should().BeApproximately(0.019115f, 1e-6f);
        weights[1].Should().BeApproximately(-0.361370f, 1e-6f);
        weights[16].Should().BeApproximately(0.201302f, 1e-6f);
        weights[17].Should().BeApproximately(0.702303f, 1e-6f);
        weights.Where((_, i) => i % 16 > 1).Should().OnlyContain(w => w == 0, "the padding takes no part");
    }

    [Fact]
    public void The_gradient_of_a_batch_is_the_mean_of_its_items_and_its_norm_is_told()
    {
        var settings = Worked with { RegValue = 0, LearningRate = 1 };
        PendingBatch.Item first = new(1, .25, 1, 0), second = new(2, .5, 1, 0);
        float[] one = [1, 2], other = [1, -.5f];
        var (both, a, b) = (Padded(W, 2), Padded(W, 2), Padded(W, 2));
        var step = new SoftmaxStep(settings);
        step.Take(ref both, Batch(2, (first, one), (second, other)), new(0));
        var norm = step.GradientNorm;
        step.Take(ref a, Batch(2, (first, one)), new(0));
        step.Take(ref b, Batch(2, (second, other)), new(0));

        var w = Padded(W, 2);
        for (var i = 0; i < both.Length; i++) (both[i] - w[i]).Should().BeApproximately((a[i] - w[i] + b[i] - w[i]) / 2, 1e-6f);
        norm.Should().BeApproximately(Math.Sqrt(both.Zip(w, (x, y) => (double)(x - y) * (x - y)).Sum()), 1e-6);
    }

    [Fact]
    public void It_equals_the_formula_written_with_the_scalar_kernels()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var (features, classes) = (1 + random.Next(40), 2 + random.Next(5));
            var settings = Worked with { Sources = [new("constant", 1), new("q", features)], ClassNumber = classes, Objective = (TrainingObjective)(seed % 2) };
            features++;
            var stride = RowProduct.Stride(features);
            var start = Padded([.. Enumerable.Range(0, classes * features).Select(_ => random.NextSingle() - .5f)], features);
            var items = Enumerable.Range(0, 6).Select(_ => (new PendingBatch.Item(random.Next(classes), .1 + .9 * random.NextDouble(), random.NextDouble() - .3, 0), Enumerable.Range(0, features).Select(_ => random.NextSingle() - .5f).ToArray())).ToArray();

            var gradient = new float[start.Length];
            var (scores, pi, derivatives, baseline) = (new float[classes], new double[classes], new double[classes], new RewardBaseline(.9));
            foreach (var (item, x) in items)
            {
                RowProduct.ComputeReference(start, stride, x, scores);
                Softmax.Compute(scores, pi);
                SoftmaxGradient.Compute(settings.Objective, new(item.Shown, 1 / item.Propensity, item.Reward, baseline.Mean), pi, derivatives);
                baseline.Add(item.Reward);
                for (var k = 0; k < classes; k++) Axpy.ComputeReference((float)derivatives[k], x, gradient.AsSpan(k * stride, features));
            }
            var expected = start.Zip(gradient, (w, g) => (float)(w - settings.LearningRate * (g * (1.0 / items.Length) + settings.RegValue * w)));

            var weights = start.ToArray();
            new SoftmaxStep(settings).Take(ref weights, Batch(features, items), new(.9)).Should().BeTrue();
            weights.Should().Equal(expected, "of seed {0}", seed);
        }
    }

    [Fact]
    public void A_step_that_would_make_a_weight_infinite_is_refused_and_leaves_the_weights()
    {
        var weights = Padded(W, 2);
        var before = weights;
        new SoftmaxStep(Worked).Take(ref weights, Batch(2, (new(0, .25, 1, 0), [1, float.MaxValue])), new(0)).Should().BeFalse();
        weights.Should().BeSameAs(before).And.Equal(Padded(W, 2));
    }

    [Fact]
    public void A_weight_clip_limits_the_inverse_propensity_and_counts_it()
    {
        var (clipped, plain) = (Padded(W, 2), Padded(W, 2));
        var step = new SoftmaxStep(Worked with { WeightClip = 4 });
        step.Take(ref clipped, Batch(2, (new(1, .01, 1, 0), [1, 2])), new(0));
        new SoftmaxStep(Worked).Take(ref plain, Batch(2, (new(1, .25, 1, 0), [1, 2])), new(0));
        clipped.Should().Equal(plain);
        step.Clipped.Should().Be(1);
    }

    [Fact]
    public void Another_order_of_the_columns_gives_the_same_step_in_that_order()
    {
        var (there, back) = (Padded(W, 2), Padded([-.2f, .1f, .3f, 0, .1f, -.1f], 2));
        new SoftmaxStep(Worked).Take(ref there, Batch(2, (new(1, .25, 1, 0), [1, 2])), new(0));
        new SoftmaxStep(Worked).Take(ref back, Batch(2, (new(1, .25, 1, 0), [2, 1])), new(0));
        for (var k = 0; k < 3; k++)
        {
            back[16 * k].Should().Be(there[16 * k + 1]);
            back[16 * k + 1].Should().Be(there[16 * k]);
        }
    }

    private static PendingBatch Batch(int features, params (PendingBatch.Item Item, float[] X)[] items)
    {
        var batch = new PendingBatch(features);
        foreach (var (item, x) in items) batch.Add(item, x);
        return batch;
    }

    private static float[] Padded(float[] values, int columns)
    {
        var stride = RowProduct.Stride(columns);
        var padded = new float[values.Length / columns * stride];
        for (var i = 0; i < values.Length; i++) padded[i / columns * stride + i % columns] = values[i];
        return padded;
    }
}
