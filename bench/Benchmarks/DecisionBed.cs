using System.Runtime.InteropServices;
using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Settings;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Numerics;
using Delivery.TestKit;

namespace Delivery.Benchmarks;

/// <summary>A runtime over one folder, and every way to ask it that is timed, beside the kernel alone on the same weights. For one thread.</summary>
internal sealed class DecisionBed
{
    public const int Classes = 11;
    public const string Plain = "PLAIN_WIZARD";
    public const string Exploring = "EXPLORING_WIZARD";
    private const int Alignment = 64;
    private const ulong Requests = 30_000; // the users' formula explores 11 % of them
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly byte[] _memory;
    private readonly int _start;
    private readonly TensorLayout _weights;
    private readonly float[] _scores = new float[Classes];
    private readonly float[] _features;
    private readonly ModelRuntime _runtime;
    private readonly Page _page = new();
    private readonly string _model;
    private readonly string _quietQuery;
    private readonly string _luckyQuery;

    /// <param name="runtime">Applies <paramref name="model"/> with the settings of <see cref="Settings"/>. Not owned.</param>
    /// <param name="model">One of its models.</param>
    /// <param name="features">That the model takes.</param>
    public DecisionBed(ModelRuntime runtime, string model, int features)
    {
        (_runtime, _model) = (runtime, model);
        var random = new Random(42);
        _features = [.. Enumerable.Range(0, features).Select(_ => random.NextSingle() - 0.5f)];
        var file = File(model, 1, features);
        // As a mapped file lies: its start is aligned, so the values that are aligned in the file are so in memory.
        _memory = GC.AllocateArray<byte>(file.Length + Alignment, pinned: true);
        _start = (int)((Alignment - (Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0) % Alignment)) % Alignment);
        file.CopyTo(_memory, _start);
        _weights = ModelLayout.Read(file).Tensor(LinearSoftmax.WeightsName);
        _quietQuery = Query(explored: false);
        _luckyQuery = Query(explored: true);
    }

    /// <summary>The model on two intents: without exploration and with that of the users' example.</summary>
    public static ApplyConfiguration Settings(string plain, string exploring) => ApplyConfiguration.Of(
    [
        new ApplyModel { Name = ModelName.Parse(plain), Intent = Plain, ModelSource = ModelSource.FastData },
        new ApplyModel
        {
            Name = ModelName.Parse(exploring), Intent = Exploring, ModelSource = ModelSource.FastData, FallBackBlenderPos = 2, ClassNumber = Classes,
            RandomizeParams = new RandomizeParams { RandomizeBundle = "positional_local_random_hard", FullRandomReqCount = 10_000, RandomProbA = 20, RandomProbFunc = RandomProbFunc.Sqrt, MinRandomProb = 0.05 },
        },
    ]);

    /// <summary>A model file; the same seed gives the same weights.</summary>
    public static byte[] File(string name, int seed, int features) => TestModels.Linear(name, seed, Classes, features, Requests);

    public float Kernel()
    {
        RowProduct.Compute(_weights.Floats(_memory.AsSpan(_start)), _weights.RowStride, _features, _scores);
        return _scores[^1];
    }

    /// <summary>By the name of a model: no page, no exploration.</summary>
    public int ByName() => _runtime.Decide(_model, _features).Class;

    public int WithoutExploration() => Decide(Plain, _quietQuery, Time);

    public int DrawnNotExplored() => Decide(Exploring, _quietQuery, Time);

    public int Explored() => Decide(Exploring, _luckyQuery, Time);

    /// <summary>The host gives no time, so the clock is read.</summary>
    public int DrawnByClock() => Decide(Exploring, _quietQuery, null);

    /// <summary>The whole answer, for a host that looks at more than the position.</summary>
    public DecisionOutcome Outcome(bool explored) => _runtime.Decide(Request(Exploring, explored ? _luckyQuery : _quietQuery, Time), _page);

    private int Decide(string intent, string query, DateTimeOffset? time) => _runtime.Decide(new DecisionRequest
    {
        Intent = intent, Features = _features, RequestId = "1732252547123-4711-17", User = "u8417263549", Query = query, Time = time,
    }, _page).Shown;

    private DecisionRequest Request(string intent, string query, DateTimeOffset? time) => new()
    {
        Intent = intent, Features = _features, RequestId = "1732252547123-4711-17", User = "u8417263549", Query = query, Time = time,
    };

    /// <summary>The first query whose draw falls on the wanted side.</summary>
    private string Query(bool explored)
    {
        for (var i = 0; ; i++)
        {
            var query = $"wireless headphones {i}";
            if (_runtime.Decide(Request(Exploring, query, Time), _page).Explored == explored) return query;
        }
    }

    /// <summary>The least that a blender can do.</summary>
    private sealed class Page : IBlender
    {
        public int Position { get; private set; }

        public bool HasIntent(string intent) => true;

        public bool HasDocument(string intent) => true;

        public void SetIntentPosition(string intent, int position, int priority) => Position = position;
    }
}
