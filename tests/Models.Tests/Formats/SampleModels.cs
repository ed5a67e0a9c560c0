using Delivery.Models.Bits;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Models.Tests.Formats;

/// <summary>Valid models to write, read and spoil.</summary>
internal static class SampleModels
{
    public static ModelHeader Header(int classes, int features) => new()
    {
        Name = "news_wizard",
        Kind = LinearSoftmax.KindName,
        ModelVersion = 3,
        Sources = { new FeatureSource { Name = "bias", Count = 1 }, new FeatureSource { Name = "query", Count = (uint)features - 1 } },
        ClassCount = (uint)classes,
        FeatureCount = (uint)features,
        RequestCount = 123_456_789_012,
        BatchCount = 77,
        Created = Time(1_780_000_000, 5),
        TrainedUntil = Time(1_779_999_000, 0),
        ConfigHash = 0xFEDC_BA98_7654_3210,
        Intent = "новости",
        Objective = "policy_gradient",
    };

    public static FloatTensor Weights(int seed, int classes, int features) =>
        new(LinearSoftmax.WeightsName, [classes, features], Workload.Floats(new Random(seed), classes * features));

    /// <summary>A file of the one kind that can be scored.</summary>
    public static byte[] Linear(int seed, int classes, int features) => ModelFileWriter.Write(Header(classes, features), Weights(seed, classes, features));

    /// <summary>A file with a tensor of every type beside the weights, as a protobuf library writes it, without padding.</summary>
    public static byte[] Mixed(int seed)
    {
        var message = Message(seed, 2, 5);
        message.Tensors.Add(new Tensor { Name = "buckets", Shape = { 2, 3 }, RowStride = 16, U32 = { 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 5, uint.MaxValue, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } });
        message.Tensors.Add(new Tensor { Name = "tree", Shape = { 7 }, RowStride = 7, Raw = Google.Protobuf.ByteString.CopyFrom(1, 2, 3, 0, 255, 6, 7) });
        return Google.Protobuf.MessageExtensions.ToByteArray(message);
    }

    /// <summary>A valid model as a message, for tests to change one thing of.</summary>
    public static Model Message(int seed, int classes, int features) => Model.Parser.ParseFrom(Linear(seed, classes, features));

    private static Timestamp Time(long seconds, int nanos) => new() { Seconds = seconds, Nanos = nanos };
}
