using BenchmarkDotNet.Attributes;
using Delivery.ApplyRuntime;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>A decision from end to end, without a log, beside the kernel alone: what the rest costs is the difference.</summary>
/// <remarks>Compare the minima where other work shares the machine. The scenario <c>decide</c> takes the same in turns.</remarks>
[MemoryDiagnoser, MinColumn, MedianColumn]
public class DecideBenchmark
{
    private TemporaryFolder? _folder;
    private ModelRuntime? _runtime;
    private DecisionBed _bed = null!;

    [Params(601, 3301)] public int Features { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _folder = new TemporaryFolder();
        _runtime = DecideScenario.Open(_folder, Features);
        _bed = new DecisionBed(_runtime, DecideScenario.Model, Features);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _runtime?.Dispose();
        _folder?.Dispose();
    }

    [Benchmark(Baseline = true)] public float Kernel() => _bed.Kernel();

    [Benchmark] public int ByName() => _bed.ByName();

    [Benchmark] public int WithoutExploration() => _bed.WithoutExploration();

    [Benchmark] public int DrawnNotExplored() => _bed.DrawnNotExplored();

    [Benchmark] public int DrawnByClock() => _bed.DrawnByClock();

    [Benchmark] public int Explored() => _bed.Explored();
}
