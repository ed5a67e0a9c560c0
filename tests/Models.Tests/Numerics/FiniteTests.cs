using Delivery.Models.Bits;
using Delivery.Models.Numerics;

namespace Delivery.Models.Tests.Numerics;

public sealed class FiniteTests
{
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void The_first_value_that_is_not_finite_is_found_wherever_it_stands(float bad)
    {
        for (var length = 1; length <= 70; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var values = new float[length];
                values.AsSpan(at).Fill(bad);
                Finite.IndexOfNonFinite(values).Should().Be(at);
            }
        }
    }

    [Fact]
    public void Every_finite_value_passes()
    {
        Finite.IndexOfNonFinite([]).Should().Be(-1);
        Finite.IndexOfNonFinite([float.MaxValue, float.MinValue, float.Epsilon, -0f, 0]).Should().Be(-1);
        Finite.IndexOfNonFinite(Workload.Floats(new Random(31), 1000)).Should().Be(-1);
    }
}
