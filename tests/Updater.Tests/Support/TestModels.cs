using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Updater.Tests.Support;

/// <summary>
/// Models and items of one small world: three classes, and the features (1, side) with side −1 or 1. On side −1 class 0 pays, on
/// side 1 class 1 does, and class 2 never.
/// </summary>
internal static class TestModels
{
    public const int Classes = 3;
    public static readonly ModelName News = ModelName.Parse("news_wizard");
    public static readonly ModelName Video = ModelName.Parse("video_wizard");

    /// <summary>Decides for the class that pays.</summary>
    public static readonly float[] Good = [0, -1, 0, 1, -2, 0];

    /// <summary>The same decisions from other weights.</summary>
    public static readonly float[] GoodToo = [0, -1.5f, 0, 1.5f, -2, 0];

    /// <summary>Decides for the class that never pays.</summary>
    public static readonly float[] Bad = [0, 0, 0, 0, 1, 0];

    /// <summary>Decides for class 0 on either side.</summary>
    public static readonly float[] Halfway = [1, 0, 0, 0, 0, 0];

    public static ModelHeader Header(ModelName name, ulong requests = 1000) => new()
    {
        Name = name.Value,
        Kind = LinearSoftmax.KindName,
        ModelVersion = 1,
        Sources = { new FeatureSource { Name = "constant", Count = 1 }, new FeatureSource { Name = "side", Count = 1 } },
        ClassCount = Classes,
        FeatureCount = 2,
        RequestCount = requests,
        BatchCount = requests / 10,
        TrainedUntil = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(requests)),
        ConfigHash = 0xC0FFEE,
        Intent = "NEWS_WIZARD",
        Objective = "policy_gradient",
    };

    public static byte[] File(ModelName name, float[] weights, ulong requests = 1000, Action<ModelHeader>? change = null)
    {
        var header = Header(name, requests);
        change?.Invoke(header);
        return ModelFileWriter.Write(header, new FloatTensor(LinearSoftmax.WeightsName, [(int)header.ClassCount, (int)header.FeatureCount], weights));
    }

    /// <summary>Items logged by the uniform policy: a click in 60 of 100 cases where the class pays, in 10 of 100 where not.</summary>
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
