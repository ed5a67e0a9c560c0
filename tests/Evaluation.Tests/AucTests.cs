namespace Delivery.Evaluation.Tests;

public sealed class AucTests
{
    [Fact]
    public void Six_scores_with_ties_have_the_published_area() =>
        Auc.Compute([.1, .4, .4, .8, .8, .9], [false, false, true, true, false, true]).Should().BeApproximately(.777778, 5e-7);

    [Fact]
    public void It_counts_every_pair()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var scores = Enumerable.Range(0, 80).Select(_ => (double)random.Next(12)).ToArray();
            var labels = scores.Select(_ => random.Next(2) == 0).ToArray();
            var weights = scores.Select(_ => random.NextDouble()).ToArray();
            Auc.Compute(scores, labels).Should().BeApproximately(ByPairs(scores, labels, [.. scores.Select(_ => 1.0)]), 1e-12, "of seed {0}", seed);
            Auc.Compute(scores, labels, weights).Should().BeApproximately(ByPairs(scores, labels, weights), 1e-12, "of seed {0}", seed);
        }
    }

    [Fact]
    public void One_label_only_has_no_area() => Auc.Compute([1, 2], [true, true]).Should().Be(double.NaN);

    [Fact]
    public void Bad_input_is_refused()
    {
        ((Action)(() => Auc.Compute([1], []))).Should().Throw<ArgumentException>();
        ((Action)(() => Auc.Compute([double.NaN], [true]))).Should().Throw<ArgumentException>();
        ((Action)(() => Auc.Compute([1], [true], [-1]))).Should().Throw<ArgumentException>();
        ((Action)(() => Auc.Compute([1, 2], [true, false], [1]))).Should().Throw<ArgumentException>();
    }

    private static double ByPairs(double[] scores, bool[] labels, double[] weights)
    {
        var (wins, pairs) = (0.0, 0.0);
        for (var i = 0; i < scores.Length; i++)
        {
            for (var j = 0; j < scores.Length; j++)
            {
                if (!labels[i] || labels[j]) continue;
                var weight = weights[i] * weights[j];
                pairs += weight;
                wins += weight * (scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? .5 : 0);
            }
        }
        return wins / pairs;
    }
}
