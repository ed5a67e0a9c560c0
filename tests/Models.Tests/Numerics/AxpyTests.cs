using Delivery.Models.Bits;
using Delivery.Models.Numerics;

namespace Delivery.Models.Tests.Numerics;

public sealed class AxpyTests
{
    [Fact]
    public void The_kernel_gives_the_bits_of_the_reference()
    {
        const int seed = 21;
        var random = new Random(seed);
        foreach (var count in Workload.Lengths)
        {
            var (a, x, y) = (Workload.Floats(random, 1)[0], Workload.Floats(random, count), Workload.Floats(random, count));
            var expected = y.ToArray();
            Axpy.ComputeReference(a, x, expected);

            Axpy.Compute(a, x, y);

            y.Select(BitConverter.SingleToInt32Bits).Should().Equal(expected.Select(BitConverter.SingleToInt32Bits), "of {0} values, seed {1}", count, seed);
        }
    }

    [Fact]
    public void Products_are_rounded_before_they_are_added()
    {
        var a = 1 + MathF.Pow(2, -12);
        var y = Enumerable.Repeat(-(1 + MathF.Pow(2, -11)), 20).ToArray();

        Axpy.Compute(a, Enumerable.Repeat(a, 20).ToArray(), y);

        y.Should().OnlyContain(v => v == 0);
    }

    [Fact]
    public void Lengths_that_differ_are_refused()
    {
        var compute = () => Axpy.Compute(1, new float[2], new float[3]);

        compute.Should().Throw<ArgumentException>().WithMessage("x has 2 values and y 3; expected as many.");
    }
}
