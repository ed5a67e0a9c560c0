using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Delivery.Models.Numerics;

/// <summary>
/// Scores of all rows of a matrix against one vector, with one order of additions on every machine: 16 lanes that begin at
/// +0, lane j adding the products at j, 16 + j, 32 + j ...; then lanes j and j + 8 are added, j and j + 4, j and j + 2, and the
/// last two. Multiply and add, never fused. x counts as padded with +0 to a multiple of 16, so a row's padding is read too.
/// </summary>
/// <remarks>A score that is not a number is always <see cref="float.NaN"/>: which NaN arithmetic makes depends on the processor.</remarks>
public static class RowProduct
{
    /// <summary>Values that are summed side by side; rows in a model file are padded to a multiple of it.</summary>
    public const int Lanes = 16;

    /// <summary>Rows summed at once: their additions do not wait for each other, and x is loaded once for all.</summary>
    private const int Block = 4;

    /// <summary>Row stride of a matrix with <paramref name="columns"/> columns.</summary>
    public static int Stride(int columns) => checked((columns + Lanes - 1) / Lanes * Lanes);

    /// <summary>result[k] = Σ rows[k·stride + i] · x[i]. Bit-equal to <see cref="ComputeReference"/> at every vector width.</summary>
    /// <param name="rows">At least result.Length × stride values.</param>
    /// <param name="stride">Values from one row to the next, a multiple of <see cref="Lanes"/>, at least x.Length.</param>
    /// <param name="x">One value a column, unpadded.</param>
    /// <param name="result">Receives one score a row; overlaps neither of the others.</param>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    /// <remarks>Allocates nothing; any thread; <paramref name="rows"/> need not be aligned.</remarks>
    public static void Compute(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, Span<float> result)
    {
        if (!Fits(rows, stride, x, result)) ThrowLengths(rows.Length, stride, x.Length, result.Length);
        if (Vector512.IsHardwareAccelerated) Compute<Lanes512>(rows, stride, x, result);
        else if (Vector256.IsHardwareAccelerated) Compute<Lanes256>(rows, stride, x, result);
        else Compute<Lanes128>(rows, stride, x, result);
    }

    /// <summary>The same sum written to be read; tests hold the kernel to it.</summary>
    /// <exception cref="ArgumentException">The lengths do not fit.</exception>
    public static void ComputeReference(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, Span<float> result)
    {
        if (!Fits(rows, stride, x, result)) ThrowLengths(rows.Length, stride, x.Length, result.Length);
        Span<float> lanes = stackalloc float[Lanes];
        for (var k = 0; k < result.Length; k++)
        {
            lanes.Clear();
            for (var i = 0; i < Stride(x.Length); i++) lanes[i % Lanes] += rows[(k * stride) + i] * (i < x.Length ? x[i] : 0);
            for (var half = Lanes / 2; half > 0; half /= 2)
            {
                for (var j = 0; j < half; j++) lanes[j] += lanes[j + half];
            }
            result[k] = OneNaN(lanes[0]);
        }
    }

    /// <summary>The kernel for one width. Every load lies in bounds because the lengths fit: no row is read past its stride.</summary>
    internal static void Compute<TLanes>(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, Span<float> result)
        where TLanes : struct, ILanes<TLanes>
    {
        var whole = x.Length / Lanes * Lanes;
        Span<float> end = stackalloc float[Lanes];
        end.Clear();
        x[whole..].CopyTo(end);
        var last = TLanes.Load(in end[0], 0);

        if (result.Length >= Block)
        {
            // The last block moves back to end with the last row: a few rows are computed twice, to the same bits.
            for (var k = 0; k < result.Length; k += Block) ComputeBlock(rows, stride, x, last, result, Math.Min(k, result.Length - Block));
        }
        else
        {
            for (var k = 0; k < result.Length; k++) ComputeRow(rows, stride, x, last, result, k);
        }
    }

    private static void ComputeBlock<TLanes>(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, TLanes last, Span<float> result, int k)
        where TLanes : struct, ILanes<TLanes>
    {
        var whole = (nuint)(x.Length / Lanes * Lanes);
        ref readonly var first = ref MemoryMarshal.GetReference(x);
        ref readonly var row0 = ref MemoryMarshal.GetReference(rows[(k * stride)..]);
        ref readonly var row1 = ref MemoryMarshal.GetReference(rows[((k + 1) * stride)..]);
        ref readonly var row2 = ref MemoryMarshal.GetReference(rows[((k + 2) * stride)..]);
        ref readonly var row3 = ref MemoryMarshal.GetReference(rows[((k + 3) * stride)..]);
        var (sum0, sum1, sum2, sum3) = (TLanes.Zero, TLanes.Zero, TLanes.Zero, TLanes.Zero);
        nuint i = 0;
        for (; i < whole; i += Lanes)
        {
            var values = TLanes.Load(in first, i);
            sum0 = TLanes.AddProduct(sum0, TLanes.Load(in row0, i), values);
            sum1 = TLanes.AddProduct(sum1, TLanes.Load(in row1, i), values);
            sum2 = TLanes.AddProduct(sum2, TLanes.Load(in row2, i), values);
            sum3 = TLanes.AddProduct(sum3, TLanes.Load(in row3, i), values);
        }
        if (x.Length % Lanes != 0)
        {
            sum0 = TLanes.AddProduct(sum0, TLanes.Load(in row0, i), last);
            sum1 = TLanes.AddProduct(sum1, TLanes.Load(in row1, i), last);
            sum2 = TLanes.AddProduct(sum2, TLanes.Load(in row2, i), last);
            sum3 = TLanes.AddProduct(sum3, TLanes.Load(in row3, i), last);
        }
        result[k] = OneNaN(TLanes.Sum(sum0));
        result[k + 1] = OneNaN(TLanes.Sum(sum1));
        result[k + 2] = OneNaN(TLanes.Sum(sum2));
        result[k + 3] = OneNaN(TLanes.Sum(sum3));
    }

    private static void ComputeRow<TLanes>(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, TLanes last, Span<float> result, int k)
        where TLanes : struct, ILanes<TLanes>
    {
        var whole = (nuint)(x.Length / Lanes * Lanes);
        ref readonly var first = ref MemoryMarshal.GetReference(x);
        ref readonly var row = ref MemoryMarshal.GetReference(rows[(k * stride)..]);
        var sum = TLanes.Zero;
        nuint i = 0;
        for (; i < whole; i += Lanes) sum = TLanes.AddProduct(sum, TLanes.Load(in row, i), TLanes.Load(in first, i));
        if (x.Length % Lanes != 0) sum = TLanes.AddProduct(sum, TLanes.Load(in row, i), last);
        result[k] = OneNaN(TLanes.Sum(sum));
    }

    private static bool Fits(ReadOnlySpan<float> rows, int stride, ReadOnlySpan<float> x, Span<float> result) =>
        stride % Lanes == 0 && stride >= x.Length && (long)result.Length * stride <= rows.Length;

    private static float OneNaN(float score) => float.IsNaN(score) ? float.NaN : score;

    private static void ThrowLengths(int rows, int stride, int x, int result) => throw new ArgumentException(
        $"{rows} values in rows of {stride} do not fit {result} rows of {x} columns; expected a stride that is a multiple of {Lanes}, no shorter than a row, and whole rows.");
}
