using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Delivery.Models.Numerics;

namespace Delivery.Models.Bits;

/// <summary>A fixed run of all arithmetic that reaches a model or a decision.</summary>
public static class Workload
{
    /// <summary>Lengths around every vector width, and those of real models.</summary>
    public static IEnumerable<int> Lengths => [.. Enumerable.Range(0, 71), 601, 3301];

    /// <summary>SHA-256, in hex, over the bits of every result; throws where a kernel and its reference differ.</summary>
    public static string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(20260101);
        foreach (var columns in Lengths)
        {
            for (var rows = 0; rows <= 12; rows++) AppendProduct(hash, random, rows, columns);
            AppendAxpy(hash, random, columns);
        }
        for (var i = 0; i < 20_000; i++)
        {
            Append<double>(hash, [Elementary.Exp((random.NextDouble() * 1500) - 750)]);
            Append<double>(hash, [Elementary.Log(Math.Abs(BitConverter.Int64BitsToDouble(random.NextInt64())))]);
        }
        foreach (var classes in Lengths)
        {
            var probabilities = new double[classes];
            Softmax.Compute([.. Floats(random, classes).Select(z => z * 10)], probabilities);
            Append<double>(hash, probabilities);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Numbers of many sizes, with signed zeros and denormals among them; finite.</summary>
    public static float[] Floats(Random random, int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            var sign = random.Next(2) == 0 ? 1f : -1f;
            values[i] = random.Next(12) switch
            {
                0 => sign * 0f,
                1 => sign * BitConverter.Int32BitsToSingle(random.Next(1, 0x80_0000)), // denormal
                2 => sign * (float)random.NextDouble() * 1e-20f, // whose products are denormal
                3 => sign * (float)random.NextDouble() * 1e6f,
                _ => sign * (float)random.NextDouble() * 2,
            };
        }
        return values;
    }

    private static void AppendProduct(IncrementalHash hash, Random random, int rows, int columns)
    {
        var stride = RowProduct.Stride(columns);
        var (weights, x) = (Floats(random, rows * stride), Floats(random, columns));
        var (scores, expected) = (new float[rows], new float[rows]);
        RowProduct.Compute(weights, stride, x, scores);
        RowProduct.ComputeReference(weights, stride, x, expected);
        RequireSame(expected, scores, $"RowProduct of {rows} x {columns}");
        Append<float>(hash, scores);
    }

    private static void AppendAxpy(IncrementalHash hash, Random random, int count)
    {
        var (x, y) = (Floats(random, count), Floats(random, count));
        var (a, expected) = (Floats(random, 1)[0], y.ToArray());
        Axpy.Compute(a, x, y);
        Axpy.ComputeReference(a, x, expected);
        RequireSame(expected, y, $"Axpy of {count}");
        Append<float>(hash, y);
    }

    private static void RequireSame(float[] expected, float[] found, string what)
    {
        var same = MemoryMarshal.AsBytes<float>(expected).SequenceEqual(MemoryMarshal.AsBytes<float>(found));
        if (!same) throw new InvalidOperationException($"{what}: the kernel and its reference differ.");
    }

    private static void Append<T>(IncrementalHash hash, ReadOnlySpan<T> values) where T : struct => hash.AppendData(MemoryMarshal.AsBytes(values));
}
