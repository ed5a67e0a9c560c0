using Delivery.Models.Bits;
using Delivery.Models.Numerics;

namespace Delivery.Models.Tests.Numerics;

public sealed class RowProductTests
{
    private delegate void Kernel(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, Span<float> result);

    private static readonly Dictionary<string, Kernel> Kernels = new(StringComparer.Ordinal)
    {
        ["chosen"] = RowProduct.Compute,
        ["512"] = RowProduct.Compute<Lanes512>,
        ["256"] = RowProduct.Compute<Lanes256>,
        ["128"] = RowProduct.Compute<Lanes128>,
    };

    public static TheoryData<string> Widths => [.. Kernels.Keys];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Every_width_gives_the_bits_of_the_reference(string width)
    {
        const int seed = 11;
        var random = new Random(seed);
        foreach (var columns in Workload.Lengths)
        {
            for (var rows = 0; rows <= 13; rows++)
            {
                var stride = RowProduct.Stride(columns) + (RowProduct.Lanes * random.Next(2));
                Check(width, Workload.Floats(random, (rows * stride) + random.Next(3)), stride, Workload.Floats(random, columns), rows, $"{rows} x {columns}, seed {seed}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Features_that_are_not_finite_give_the_bits_of_the_reference(string width)
    {
        const int seed = 12;
        var random = new Random(seed);
        float[] odd = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, -float.NaN, float.MaxValue];
        foreach (var columns in Workload.Lengths.Where(n => n > 0))
        {
            var x = Workload.Floats(random, columns);
            x[random.Next(columns)] = odd[random.Next(odd.Length)];
            x[random.Next(columns)] = odd[random.Next(odd.Length)];
            var stride = RowProduct.Stride(columns);
            var rows = Workload.Floats(random, 7 * stride);
            Check(width, rows, stride, x, 7, $"{columns} columns, seed {seed}");
        }
    }

    [Fact]
    public void A_score_that_is_not_a_number_is_the_one_NaN()
    {
        var result = new float[1];
        RowProduct.Compute(new float[16], 16, [-float.NaN], result);

        BitConverter.SingleToInt32Bits(result[0]).Should().Be(BitConverter.SingleToInt32Bits(float.NaN));
    }

    [Fact]
    public void Padding_of_zeros_changes_no_bit_of_a_sum_over_the_columns_alone()
    {
        const int seed = 13;
        var random = new Random(seed);
        foreach (var columns in Workload.Lengths)
        {
            var stride = RowProduct.Stride(columns);
            var row = new float[stride];
            var x = Workload.Floats(random, columns);
            Workload.Floats(random, columns).CopyTo(row, 0);
            var lanes = new float[RowProduct.Lanes];
            for (var i = 0; i < columns; i++) lanes[i % RowProduct.Lanes] += row[i] * x[i];
            for (var half = RowProduct.Lanes / 2; half > 0; half /= 2)
            {
                for (var j = 0; j < half; j++) lanes[j] += lanes[j + half];
            }
            var result = new float[1];
            RowProduct.Compute(row, stride, x, result);
            BitConverter.SingleToInt32Bits(result[0]).Should().Be(BitConverter.SingleToInt32Bits(lanes[0]), "of {0} columns, seed {1}", columns, seed);
        }
    }

    [Fact]
    public void The_order_of_the_sum_is_fixed()
    {
        // In lane order 1e8 and -1e8 (lanes 0 and 8) cancel before 1 (lane 4) is added; from left to right 1 would be lost.
        var row = new float[16];
        (row[0], row[4], row[8]) = (1e8f, 1, -1e8f);
        var result = new float[1];

        RowProduct.Compute(row, 16, Enumerable.Repeat(1f, 16).ToArray(), result);

        result[0].Should().Be(1);
    }

    [Fact]
    public void Products_are_rounded_before_they_are_added()
    {
        // (1 + 2^-12)² = 1 + 2^-11 + 2^-24: rounded it loses its last term, fused it would leave it.
        var a = 1 + MathF.Pow(2, -12);
        var row = new float[32];
        (row[0], row[16]) = (-(1 + MathF.Pow(2, -11)), a);
        var x = new float[17];
        (x[0], x[16]) = (1, a);
        var result = new float[1];

        RowProduct.Compute(row, 32, x, result);

        result[0].Should().Be(0);
    }

    [Theory]
    [InlineData(32, 15, 15, 2)] // no multiple of the lanes
    [InlineData(32, 16, 17, 2)] // shorter than a row
    [InlineData(31, 16, 16, 2)] // half a row missing
    [InlineData(32, -16, 0, 2)]
    [InlineData(16, 1 << 30, 16, 8)] // rows times stride is over 32 bits
    public void Lengths_that_do_not_fit_are_refused(int values, int stride, int columns, int rows)
    {
        var compute = () => RowProduct.Compute(new float[values], stride, new float[columns], new float[rows]);
        var reference = () => RowProduct.ComputeReference(new float[values], stride, new float[columns], new float[rows]);

        compute.Should().Throw<ArgumentException>().WithMessage($"{values} values in rows of {stride} do not fit {rows} rows of {columns} columns*");
        reference.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Scoring_allocates_nothing()
    {
        var (rows, x, result) = (new float[11 * 608], new float[601], new float[11]);
        RowProduct.Compute(rows, 608, x, result);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++) RowProduct.Compute(rows, 608, x, result);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static void Check(string width, float[] rows, int stride, float[] x, int count, string what)
    {
        var (result, expected) = (new float[count], new float[count]);
        Kernels[width](rows, stride, x, result);
        RowProduct.ComputeReference(rows, stride, x, expected);
        result.Select(BitConverter.SingleToInt32Bits).Should().Equal(expected.Select(BitConverter.SingleToInt32Bits), "of {0}", what);
    }
}
