using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.TestKit;

/// <summary>Small valid models.</summary>
public static class TestModels
{
    /// <summary>A linear_softmax model whose weights follow from the seed.</summary>
    public static byte[] Linear(string name, int seed, int classes = 3, int features = 5, ulong requestCount = 100)
    {
        var random = new Random(seed);
        var weights = new float[classes * features];
        for (var i = 0; i < weights.Length; i++) weights[i] = (random.NextSingle() * 2) - 1;
        return Linear(name, weights, classes, features, requestCount);
    }

    /// <summary>A linear_softmax model with these weights, row-major.</summary>
    public static byte[] Linear(string name, float[] weights, int classes, int features, ulong requestCount = 100)
    {
        var time = Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(requestCount));
        var header = new ModelHeader
        {
            Name = ModelName.Parse(name).Value, Kind = LinearSoftmax.KindName, ClassCount = (uint)classes, FeatureCount = (uint)features,
            RequestCount = requestCount, BatchCount = requestCount / 10, Created = time, TrainedUntil = time, ConfigHash = 42,
            Intent = "TEST", Objective = "policy_gradient",
        };
        if (features > 1) header.Sources.Add(new FeatureSource { Name = "embedding", Count = (uint)features - 1 });
        header.Sources.Add(new FeatureSource { Name = "constant", Count = 1 });
        return ModelFileWriter.Write(header, new FloatTensor(LinearSoftmax.WeightsName, [classes, features], weights));
    }
}
