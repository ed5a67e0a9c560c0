using System.Numerics;

namespace Delivery.Models.Numerics;

/// <summary>y += a·x, the step of a gradient: multiply, then add, never fused.</summary>
public static class Axpy
{
    /// <summary>y[i] += a · x[i]. Bit-equal to <see cref="ComputeReference"/> at every vector width.</summary>
    /// <param name="a">The factor.</param>
    /// <param name="x">As many values as <paramref name="y"/>; may be <paramref name="y"/> itself, but must not overlap it otherwise.</param>
    /// <param name="y">Is added to.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <remarks>Allocates nothing. A NaN stays one, but which one depends on the processor.</remarks>
    public static void Compute(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        if (x.Length != y.Length) ThrowLengths(x.Length, y.Length);
        var factor = new Vector<float>(a);
        var i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            (new Vector<float>(y[i..]) + (factor * new Vector<float>(x[i..]))).CopyTo(y[i..]);
        }
        ComputeReference(a, x[i..], y[i..]);
    }

    /// <summary>The same written to be read; tests hold the kernel to it.</summary>
    public static void ComputeReference(float a, ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < y.Length; i++) y[i] += a * x[i];
    }

    private static void ThrowLengths(int x, int y) => throw new ArgumentException($"x has {x} values and y {y}; expected as many.");
}
