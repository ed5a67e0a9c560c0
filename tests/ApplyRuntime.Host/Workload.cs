using System.Globalization;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Exploring;
using Delivery.ApplyRuntime.Settings;
using Delivery.Models;
using Delivery.Models.Wire;

namespace Delivery.ApplyRuntime.Host;

/// <summary>Requests whose whole content follows from a thread and a number, so that a reader can tell each from any mixture.</summary>
public static class Workload
{
    public const string Model = "news";
    public const int Classes = 4;
    public const int Features = 3;

    private const string Intent = "NEWS";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Everything is randomised.</summary>
    public static ApplyConfiguration Settings { get; } = ApplyConfiguration.Of(
    [
        new ApplyModel
        {
            Name = ModelName.Parse(Model), Intent = Intent, ModelSource = ModelSource.FastData, ApplyCondition = ApplyCondition.Always, ClassNumber = Classes,
            RandomizeParams = new RandomizeParams { RandomizeBundle = "positional_local_random", MinRandomProb = 1 },
        },
    ]);

    public static void Decide(ModelRuntime runtime, int thread, int number)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        Span<float> features = stackalloc float[Features];
        Fill(thread, number, features);
        var id = string.Create(CultureInfo.InvariantCulture, $"{thread}-{number}");
        var outcome = runtime.Decide(new DecisionRequest { Intent = Intent, Features = features, RequestId = id, Time = Start.AddMilliseconds(number) }, Page.Any);
        if (!outcome.Explored) throw new InvalidOperationException($"The request {id} was not randomised.");
    }

    /// <summary>Thread and number of a record; throws when it is not what was decided.</summary>
    public static (int Thread, int Number) Verify(RequestData data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var parts = data.RequestId.Split('-');
        var (thread, number) = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        var expected = new float[Features];
        Fill(thread, number, expected);
        var draw = Draw.Of(Model, data.RequestId, "", data.SaltBucket);
        if (data.Draw != draw.Hash || !data.Features.SequenceEqual(expected) || Replay.Of(data) != new Replay(true, (int)data.Shown, data.Propensity))
        {
            throw new InvalidDataException($"The record {data.RequestId} is not what was decided.");
        }
        return (thread, number);
    }

    private static void Fill(int thread, int number, Span<float> features)
    {
        for (var i = 0; i < features.Length; i++) features[i] = 1 + (thread * 1000) + number + i;
    }

    private sealed class Page : IBlender
    {
        public static Page Any { get; } = new();

        public bool HasIntent(string intent) => true;

        public bool HasDocument(string intent) => true;

        public void SetIntentPosition(string intent, int position, int priority) { }
    }
}
