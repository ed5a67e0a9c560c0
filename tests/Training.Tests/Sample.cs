using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Training.Tests;

/// <summary>A small model and seeded items for it: uniform logging, and a reward when the class shown is that of the largest feature.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static TrainModel Settings { get; } = new()
    {
        Name = ModelName.Parse("news"),
        Intent = "NEWS_WIZARD",
        Sources = [new("query", 3), new(FeatureSize.Constant, 1)],
        ClassNumber = 3,
        BatchSize = 5,
        LearningRate = 0.1,
        EvaluateWindowSize = 40,
    };

    public static PoolItem[] Items(int seed, int count, TrainModel? settings = null)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => Item($"{seed}-{i}", i, random, settings ?? Settings))];
    }

    public static PoolItem Item(string requestId, int second, Random random, TrainModel settings)
    {
        var features = Enumerable.Range(0, settings.FeatureCount - 1).Select(_ => (float)(random.NextDouble() - 0.5)).Append(1f).ToArray();
        var right = Array.IndexOf(features, features[..^1].Max()) % settings.ClassNumber;
        var shown = random.Next(settings.ClassNumber);
        var item = new PoolItem
        {
            Model = settings.Name.Value,
            RequestId = requestId,
            EventTime = Timestamp.FromDateTimeOffset(Start.AddSeconds(second)),
            Shown = (uint)shown,
            Propensity = 1.0 / settings.ClassNumber,
            Reward = shown == right ? random.Next(2) : -random.Next(2) * 0.5,
            SurplusVersion = (uint)settings.SurplusVersion,
            Features = { features },
        };
        if (random.Next(3) > 0) item.Production = (uint)random.Next(settings.ClassNumber);
        return item;
    }
}
