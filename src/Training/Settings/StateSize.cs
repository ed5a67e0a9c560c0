using Delivery.Models.Settings;
using Delivery.TrainingStore;

namespace Delivery.Training.Settings;

/// <summary>Bytes that a trainer's serialised state needs at most, by part.</summary>
/// <param name="Weights">The last and the best model: 2 × classes × features × 4.</param>
/// <param name="BatchFeatures">A full batch: items × features × 4.</param>
/// <param name="Rest">Outcomes of the batch, window, request ids and counters.</param>
public readonly record struct StateSize(long Weights, long BatchFeatures, long Rest)
{
    private const int SeenRequestBytes = 8;
    private const int FixedBytes = 1_024; // names, counters, lengths

    public long Total => Weights + BatchFeatures + Rest;

    /// <summary>Of a trainer with these settings.</summary>
    public static StateSize Of(TrainModel settings)
    {
        long batch = settings.BatchSize;
        return new(
            2L * settings.ClassNumber * settings.FeatureCount * sizeof(float),
            batch * settings.FeatureCount * sizeof(float),
            batch * BatchItemBytes(settings) + (long)settings.EvaluateWindowSize * WindowEntryBytes(settings) + (long)settings.RememberedRequests * SeenRequestBytes + FixedBytes);
    }

    /// <summary>Null when the state fits into a store, else the mistake and the largest batch that would fit.</summary>
    internal static SettingProblem? Problem(TrainModel settings)
    {
        var size = Of(settings);
        const int limit = TrainingStoreLimits.MaxStateBytes;
        if (size.Total <= limit) return null;
        var largest = (limit - Of(settings with { BatchSize = 0 }).Total) / (settings.FeatureCount * sizeof(float) + BatchItemBytes(settings));
        var advice = largest >= 1 ? $"at most {largest} with these settings" : "fewer classes, features, window entries or remembered requests, as no batch size fits with these";
        return new(TrainModelReader.Section, settings.Name.ToString(), nameof(TrainModel.BatchSize), $"{settings.BatchSize}, which makes a state of {size.Total} bytes"
            + $" (weights {size.Weights}, batch {size.BatchFeatures}, rest {size.Rest}) where {limit} are allowed", advice);
    }

    /// <summary>A class, propensity, reward and time.</summary>
    private static int BatchItemBytes(TrainModel settings) => ClassBytes(settings) + 3 * sizeof(double);

    /// <summary>Four classes, propensity, reward, probability and time.</summary>
    private static int WindowEntryBytes(TrainModel settings) => 4 * ClassBytes(settings) + 4 * sizeof(double);

    /// <summary>Of a variable-length number up to the class count: 7 bits a byte.</summary>
    private static int ClassBytes(TrainModel settings) => settings.ClassNumber < 1 << 7 ? 1 : settings.ClassNumber < 1 << 14 ? 2 : 3;
}
