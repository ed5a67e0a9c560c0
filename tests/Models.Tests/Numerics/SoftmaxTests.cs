using Delivery.Models.Numerics;

namespace Delivery.Models.Tests.Numerics;

public sealed class SoftmaxTests
{
    [Fact]
    public void Probabilities_follow_the_formula_and_sum_to_one()
    {
        var p = Of(1, 2, 4);

        p[0].Should().BeApproximately(Math.Exp(1) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(4)), 1e-15);
        p[2].Should().BeApproximately(Math.Exp(4) / (Math.Exp(1) + Math.Exp(2) + Math.Exp(4)), 1e-15);
        p.Sum().Should().BeApproximately(1, 1e-15);
    }

    [Fact]
    public void Large_scores_do_not_overflow() => Of(3e38f, 3e38f).Should().Equal(0.5, 0.5);

    [Fact]
    public void A_score_of_minus_infinity_beside_a_finite_one_has_probability_zero() => Of(float.NegativeInfinity, 7).Should().Equal(0, 1);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Any_other_score_that_is_not_finite_makes_all_the_one_NaN(float bad) =>
        Of(1, bad, 2).Select(BitConverter.DoubleToInt64Bits).Should().AllBeEquivalentTo(BitConverter.DoubleToInt64Bits(double.NaN));

    [Fact]
    public void No_scores_make_no_probabilities() => Of().Should().BeEmpty();

    [Fact]
    public void Lengths_that_differ_are_refused()
    {
        var compute = () => Softmax.Compute([1, 2], new double[3]);

        compute.Should().Throw<ArgumentException>().WithMessage("There are 2 scores, but room for 3 probabilities.");
    }

    private static double[] Of(params float[] scores)
    {
        var probabilities = new double[scores.Length];
        Softmax.Compute(scores, probabilities);
        return probabilities;
    }
}
