using Delivery.Training.Settings;
using Delivery.Training.Trainers;

namespace Delivery.Training.Tests.Trainers;

public sealed class SoftmaxGradientTests
{
    private static readonly double[] X = [1, 2];
    private static readonly double[] W = [.1, -.2, 0, .3, -.1, .1];
    private static readonly WeightedOutcome Outcome = new(Shown: 1, InversePropensity: 1 / .25, Reward: 1, Baseline: 0);

    [Fact]
    public void The_probabilities_of_the_worked_example_are_as_published() =>
        Probabilities(W, X, 3).Should().BeEquivalentTo([.201962, .496746, .301292], Within(5e-7));

    [Theory]
    [InlineData(TrainingObjective.IpsCrossEntropy, new[] { 0.807848, 1.615696, -2.013015, -4.026030, 1.205167, 2.410335 }, 2.798704)]
    [InlineData(TrainingObjective.PolicyGradient, new[] { 0.401295, 0.802591, -0.999958, -1.999915, 0.598662, 1.197325 }, -1.986985)]
    public void The_gradient_and_the_loss_of_the_worked_example_are_as_published(TrainingObjective objective, double[] gradient, double loss)
    {
        Gradient(objective, Outcome, W, X, 3).Should().BeEquivalentTo(gradient, Within(1e-6));
        Loss(objective, Outcome, W, X, 3).Should().BeApproximately(loss, 5e-7);
    }

    [Theory]
    [InlineData(TrainingObjective.IpsCrossEntropy)]
    [InlineData(TrainingObjective.PolicyGradient)]
    public void The_gradient_is_what_central_differences_say(TrainingObjective objective)
    {
        const double epsilon = 1e-6;
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var (classes, features) = (2 + random.Next(5), 1 + random.Next(4));
            var w = Randoms(random, classes * features);
            var x = Randoms(random, features);
            var outcome = new WeightedOutcome(random.Next(classes), 1 + 5 * random.NextDouble(), 2 * random.NextDouble() - 0.5, objective == TrainingObjective.PolicyGradient ? random.NextDouble() : 0);
            var gradient = Gradient(objective, outcome, w, x, classes);

            var directions = Enumerable.Range(0, w.Length).Select(i => Unit(w.Length, i)).Concat(Enumerable.Range(0, 5).Select(_ => Randoms(random, w.Length)));
            foreach (var direction in directions)
            {
                var ahead = Loss(objective, outcome, Moved(w, direction, epsilon), x, classes);
                var behind = Loss(objective, outcome, Moved(w, direction, -epsilon), x, classes);
                var slope = gradient.Zip(direction, (g, d) => g * d).Sum();
                ((ahead - behind) / (2 * epsilon)).Should().BeApproximately(slope, 1e-5, "of seed {0}", seed);
            }
        }
    }

    [Fact]
    public void A_negative_reward_counts_as_none_for_cross_entropy() =>
        Gradient(TrainingObjective.IpsCrossEntropy, Outcome with { Reward = -3 }, W, X, 3).Should().OnlyContain(g => g == 0);

    [Fact]
    public void A_negative_reward_turns_the_policy_gradient_around()
    {
        var good = Gradient(TrainingObjective.PolicyGradient, Outcome, W, X, 3);
        Gradient(TrainingObjective.PolicyGradient, Outcome with { Reward = -1 }, W, X, 3).Should().Equal(good.Select(g => -g));
    }

    private static double[] Gradient(TrainingObjective objective, WeightedOutcome outcome, double[] w, double[] x, int classes)
    {
        var derivatives = new double[classes];
        SoftmaxGradient.Compute(objective, outcome, Probabilities(w, x, classes), derivatives);
        return [.. derivatives.SelectMany(d => x.Select(v => d * v))];
    }

    private static double Loss(TrainingObjective objective, WeightedOutcome o, double[] w, double[] x, int classes)
    {
        var p = Probabilities(w, x, classes)[o.Shown];
        return objective == TrainingObjective.PolicyGradient ? -(o.Reward - o.Baseline) * o.InversePropensity * p : -Math.Max(o.Reward, 0) * o.InversePropensity * Math.Log(p);
    }

    private static double[] Probabilities(double[] w, double[] x, int classes)
    {
        var exps = Enumerable.Range(0, classes).Select(k => Math.Exp(x.Select((v, i) => w[k * x.Length + i] * v).Sum())).ToArray();
        return [.. exps.Select(e => e / exps.Sum())];
    }

    private static double[] Randoms(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];

    private static double[] Unit(int length, int index) => [.. Enumerable.Range(0, length).Select(i => i == index ? 1.0 : 0)];

    private static double[] Moved(double[] w, double[] direction, double by) => [.. w.Zip(direction, (a, d) => a + by * d)];

    private static Func<FluentAssertions.Equivalency.EquivalencyAssertionOptions<double>, FluentAssertions.Equivalency.EquivalencyAssertionOptions<double>> Within(double tolerance) =>
        options => options.Using<double>(c => c.Subject.Should().BeApproximately(c.Expectation, tolerance)).WhenTypeIs<double>().WithStrictOrdering();
}
