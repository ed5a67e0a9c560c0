using Delivery.Models.Kinds;

namespace Delivery.Models.Tests.Kinds;

public sealed class ScorerTests
{
    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, 1)]
    [InlineData(new[] { 2f, 2f, 1f }, 0)] // the lower class on a tie
    [InlineData(new[] { -5f }, 0)]
    [InlineData(new[] { 1f, float.NaN, 2f }, -1)]
    [InlineData(new[] { 1f, float.PositiveInfinity }, -1)]
    [InlineData(new[] { float.NegativeInfinity, 1f }, -1)]
    [InlineData(new float[0], -1)]
    public void The_best_class_has_the_highest_score(float[] scores, int best) => Scorer.Best(scores).Should().Be(best);
}
