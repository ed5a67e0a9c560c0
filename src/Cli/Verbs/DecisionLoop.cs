using System.Diagnostics;
using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Deciding;

namespace Delivery.Cli.Verbs;

/// <summary>
/// Decides on all live models, over and over on one thread, and holds each decision against what must be true of it: a model
/// made it, of the generation and the training that it names, and the same content and features give the same class.
/// </summary>
internal sealed class DecisionLoop : IDisposable
{
    private const int VectorsPerModel = 4;

    /// <summary>How long a decision that looks wrong waits for the news that would explain it: the swap comes before the word of it.</summary>
    private static readonly TimeSpan NewsTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The same for a decision on a newer generation: the word of that one does come, however busy the machine is.</summary>
    private static readonly TimeSpan SwapNewsTimeout = TimeSpan.FromMinutes(1);

    private readonly ManualResetEventSlim _begin = new();
    private readonly Dictionary<int, float[][]> _vectors = [];
    private volatile Generation? _generation;
    private volatile bool _stop;
    private Generation? _waitedFor;
    private Thread? _thread;
    private long _epoch;
    private long _started;

    /// <summary>Decisions made so far.</summary>
    public long Decisions { get; private set; }

    /// <summary>Of these, the ones that must not have been.</summary>
    public long Failed { get; private set; }

    /// <summary>The first of them in words; null while there is none.</summary>
    public string? FirstFailure { get; private set; }

    /// <summary>Different generations that decisions were made on.</summary>
    public int EpochsSeen { get; private set; }

    /// <summary>From the first decision to the end.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Takes over the models of a generation. Called from one thread, right after each swap.</summary>
    public void Use(RuntimeStatus status)
    {
        var before = _generation?.Models.ToDictionary(model => model.Status.Content);
        _generation = new Generation(status.Epoch, [.. status.Models.Select(model =>
            before is not null && before.TryGetValue(model.Content, out var known) && known.Status == model ? known : new Target(model, VectorsOf(model.FeatureCount)))]);
        _begin.Set();
    }

    /// <summary>Begins once a generation was given.</summary>
    public void Start(ModelRuntime runtime)
    {
        _thread = new Thread(() => Run(runtime)) { IsBackground = true, Name = "Decisions" };
        _thread.Start();
    }

    /// <summary>Ends after one more round on the newest generation. The results are whole when this returns.</summary>
    public void Stop()
    {
        _stop = true;
        _begin.Set();
        _thread?.Join();
    }

    public void Dispose() => _begin.Dispose();

    private void Run(ModelRuntime runtime)
    {
        _begin.Wait();
        _started = Stopwatch.GetTimestamp();
        bool last;
        do
        {
            last = _stop;
            if (_generation is { } generation) Round(runtime, generation);
        }
        while (!last);
        Elapsed = Stopwatch.GetElapsedTime(_started);
    }

    private void Round(ModelRuntime runtime, Generation generation)
    {
        foreach (var model in generation.Models)
        {
            for (var i = 0; i < model.Vectors.Length; i++)
            {
                var decision = runtime.Decide(model.Name, model.Vectors[i]);
                Decisions++;
                if (decision.Epoch > generation.Epoch) Note(decision.Epoch);
                // A newer generation than the list in hand: it is judged in the next round, which has its list.
                if (decision.Epoch > generation.Epoch && IsOutdated(generation, SwapNewsTimeout)) return;
                if (Fault(decision, model, i, generation) is not { } fault) Note(decision.Epoch);
                else if (IsOutdated(generation, NewsTimeout)) return;
                else Fail($"{model.Name} at epoch {generation.Epoch}: {fault}");
            }
        }
    }

    private static string? Fault(in Decision decision, Target model, int vector, Generation generation)
    {
        if (decision.Source != DecisionSource.Model) return $"no model decided: {decision.Reason}, generation {decision.Epoch}";
        if (decision.Epoch != generation.Epoch) return $"the decision names generation {decision.Epoch}";
        if (decision.RequestCount != model.Status.RequestCount || decision.ModelVersion != model.Status.ModelVersion)
        {
            return $"the decision is of version {decision.ModelVersion} at {decision.RequestCount} requests; loaded is version {model.Status.ModelVersion} at {model.Status.RequestCount}";
        }
        if (decision.Class < 0 || decision.Class >= model.Status.ClassCount) return $"class {decision.Class} of {model.Status.ClassCount}";
        ref var expected = ref model.Classes[vector];
        if (expected == Decision.NoClass) expected = decision.Class;
        return expected == decision.Class ? null : $"class {decision.Class}, earlier {expected}, for the same content and features";
    }

    /// <summary>Whether another generation has been given since. Waits for it, but once only: what stays wrong is not to slow the loop down.</summary>
    private bool IsOutdated(Generation generation, TimeSpan patience)
    {
        var asked = Stopwatch.GetTimestamp();
        var spin = new SpinWait();
        while (!ReferenceEquals(_waitedFor, generation) && ReferenceEquals(_generation, generation))
        {
            spin.SpinOnce();
            if (Stopwatch.GetElapsedTime(asked) > patience) _waitedFor = generation;
        }
        return !ReferenceEquals(_generation, generation);
    }

    private void Note(long epoch)
    {
        if (epoch == _epoch) return;
        if (epoch < _epoch) Fail($"the epoch went back from {_epoch} to {epoch}");
        else EpochsSeen++;
        _epoch = epoch;
    }

    private void Fail(string what)
    {
        Failed++;
        FirstFailure ??= what;
    }

    /// <summary>The same for every model that takes as many features, and in every process.</summary>
    private float[][] VectorsOf(int features)
    {
        if (_vectors.TryGetValue(features, out var known)) return known;
        var random = new Random(features);
        var made = new float[VectorsPerModel][];
        for (var i = 0; i < made.Length; i++)
        {
            made[i] = new float[features];
            for (var j = 0; j < features; j++) made[i][j] = (random.NextSingle() * 2) - 1;
        }
        return _vectors[features] = made;
    }

    private sealed record Generation(long Epoch, IReadOnlyList<Target> Models);

    /// <summary>A model with its feature vectors and the class that each has got.</summary>
    private sealed class Target(ModelStatus status, float[][] vectors)
    {
        public ModelStatus Status { get; } = status;
        public string Name { get; } = status.Name.Value;
        public float[][] Vectors { get; } = vectors;
        public int[] Classes { get; } = [.. Enumerable.Repeat(Decision.NoClass, vectors.Length)];
    }
}
