using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.TestKit;

/// <summary>
/// Small valid models, and one small world to judge them in: three classes, and the features (1, side) with side −1 or 1. On side −1
/// class 0 pays, on side 1 class 1 does, and class 2 never.
/// </summary>
public static class TestModels
{
    public const int Classes = 3;
    public static readonly ModelName News = ModelName.Parse("news_wizard");
    public static readonly ModelName Video = ModelName.Parse("video_wizard");

    /// <summary>Weights that decide for the class that pays.</summary>
    public static float[] Good => [0, -1, 0, 1, -2, 0];

    /// <summary>The same decisions from other weights.</summary>
    public static float[] GoodToo => [0, -1.5f, 0, 1.5f, -2, 0];

    /// <summary>Weights that decide for the class that never pays.</summary>
    public static float[] Bad => [0, 0, 0, 0, 1, 0];

    /// <summary>Weights that decide for class 0 on either side.</summary>
    public static float[] Halfway => [1, 0, 0, 0, 0, 0];

    /// <summary>A linear_softmax model whose weights follow from the seed.</summary>
    public static byte[] Linear(string name, int seed, int classes = 3, int features = 5, ulong requestCount = 100)
    {
        var random = new Random(seed);
        var weights = new float[classes * features];
        for (var i = 0; i < weights.Length; i++) weights[i] = (random.NextSingle() * 2) - 1;
        return Linear(name, weights, classes, features, requestCount);
    }

    /// <summary>A model of the small world with these weights, row-major.</summary>
    public static byte[] File(ModelName name, float[] weights, ulong requestCount = 1000, Action<ModelHeader>? change = null) =>
        Linear(name.Value, weights, Classes, 2, requestCount, change);

    /// <summary>A linear_softmax model with these weights, row-major.</summary>
    /// <param name="name">The model's.</param>
    /// <param name="weights">One row of <paramref name="features"/> a class.</param>
    /// <param name="classes">How many.</param>
    /// <param name="features">How many; the first is constant.</param>
    /// <param name="requestCount">Of the header; each request is also a second of training, and ten are a batch.</param>
    /// <param name="change">Changes the header last of all.</param>
    public static byte[] Linear(string name, float[] weights, int classes, int features, ulong requestCount = 100, Action<ModelHeader>? change = null)
    {
        var time = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(requestCount));
        var header = new ModelHeader
        {
            Name = ModelName.Parse(name).Value,
            Kind = LinearSoftmax.KindName,
            ModelVersion = 1,
            Sources = { new FeatureSource { Name = "constant", Count = 1 } },
            ClassCount = (uint)classes,
            FeatureCount = (uint)features,
            RequestCount = requestCount,
            BatchCount = requestCount / 10,
            Created = time,
            TrainedUntil = time,
            ConfigHash = 0xC0FFEE,
            Intent = "TEST",
            Objective = "policy_gradient",
        };
        if (features > 1) header.Sources.Add(new FeatureSource { Name = "embedding", Count = (uint)features - 1 });
        change?.Invoke(header);
        return ModelFileWriter.Write(header, new FloatTensor(LinearSoftmax.WeightsName, [classes, features], weights));
    }

    /// <summary>Items logged by the uniform policy in the small world: a click in 60 of 100 cases where the class pays, in 10 of 100 where not.</summary>
    public static List<PoolItem> Items(ModelName name, int count, int seed = 7)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var side = random.Next(2);
            var shown = random.Next(Classes);
            return new PoolItem
            {
                Model = name.Value,
                RequestId = $"r{i}",
                Features = { 1, side == 0 ? -1 : 1 },
                Shown = (uint)shown,
                Propensity = 1.0 / Classes,
                Reward = random.NextDouble() < (shown == side ? 0.6 : 0.1) ? 1 : 0,
            };
        })];
    }
}
