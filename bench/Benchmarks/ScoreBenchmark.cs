using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Numerics;
using Delivery.Models.Wire;

namespace Delivery.Benchmarks;

/// <summary>Scoring one request, against its scalar twin and against plain reads of the same weights.</summary>
/// <remarks>Compare the minima where other work shares the machine: the means then tell more of that work.</remarks>
[MemoryDiagnoser, MinColumn, MedianColumn]
public class ScoreBenchmark
{
    private const int Alignment = 64;

    private byte[] _memory = [];
    private int _start;
    private int _length;
    private float[] _features = [];
    private float[] _scores = [];
    private TensorLayout _weights = null!;
    private Scorer _scorer = null!;

    [Params(11)] public int Classes { get; set; }
    [Params(601, 3301)] public int Features { get; set; } // 26 KiB, within L1; 143 KiB, within L2

    private ReadOnlySpan<byte> File => _memory.AsSpan(_start, _length);
    private ReadOnlySpan<float> Weights => _weights.Floats(File);

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(42);
        var values = Numbers(random, Classes * Features);
        var header = new ModelHeader
        {
            Name = "bench",
            Kind = LinearSoftmax.KindName,
            Sources = { new FeatureSource { Name = "all", Count = (uint)Features } },
            ClassCount = (uint)Classes,
            FeatureCount = (uint)Features,
        };
        var file = ModelFileWriter.Write(header, new FloatTensor(LinearSoftmax.WeightsName, [Classes, Features], values));
        PlaceAligned(file);
        (_features, _scores) = (Numbers(random, Features), new float[Classes]);
        var layout = ModelLayout.Read(File);
        _weights = layout.Tensor(LinearSoftmax.WeightsName);
        _scorer = new LinearSoftmax().CreateScorer(layout);
    }

    [Benchmark(Baseline = true)]
    public float Reference()
    {
        RowProduct.ComputeReference(Weights, _weights.RowStride, _features, _scores);
        return _scores[^1];
    }

    [Benchmark]
    public float Kernel()
    {
        RowProduct.Compute(Weights, _weights.RowStride, _features, _scores);
        return _scores[^1];
    }

    /// <summary>What a search process calls: the kernel and the checks before it.</summary>
    [Benchmark]
    public float Score()
    {
        _scorer.Score(File, _features, _scores);
        return _scores[^1];
    }

    /// <summary>The cheapest read of every weight: four vectors at a time, only added.</summary>
    [Benchmark]
    public float PlainRead()
    {
        var weights = MemoryMarshal.Cast<float, Vector256<float>>(Weights);
        var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var i = 0; i <= weights.Length - 4; i += 4)
        {
            a += weights[i];
            b += weights[i + 1];
            c += weights[i + 2];
            d += weights[i + 3];
        }
        return Vector256.Sum((a + b) + (c + d)) + weights.Length;
    }

    [Benchmark]
    public float TensorPrimitivesSum() => TensorPrimitives.Sum(Weights);

    /// <summary>As a mapped file lies: its start is aligned, so the values that are aligned in the file are so in memory.</summary>
    private void PlaceAligned(byte[] file)
    {
        _memory = GC.AllocateArray<byte>(file.Length + Alignment, pinned: true);
        var address = (long)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        (_start, _length) = ((int)((Alignment - (address % Alignment)) % Alignment), file.Length);
        file.CopyTo(_memory, _start);
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - 0.5))];
}
