using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Training.Trainers;

/// <summary>Tells which items a model can learn from.</summary>
internal static class ItemFilter
{
    private const long FirstMs = -62_135_596_800_000; // 0001-01-01
    private const long LastMs = 253_402_300_799_999; // 9999-12-31
    private const int NanosPerMs = 1_000_000;

    /// <summary>Why <paramref name="item"/> is refused; null when it is not.</summary>
    /// <param name="item">The item.</param>
    /// <param name="settings">Of the model that is to learn from it.</param>
    /// <param name="features">Its feature vector, copied out.</param>
    public static ItemFate? Refusal(PoolItem item, TrainModel settings, ReadOnlySpan<float> features)
    {
        if (item.Model != settings.Name.Value) return ItemFate.WrongModel;
        if (item.SurplusVersion != settings.SurplusVersion) return ItemFate.WrongSurplusVersion;
        if (item.RequestId.Length == 0) return ItemFate.NoRequestId;
        if (EventMs(item.EventTime) is null) return ItemFate.NoEventTime;
        if (item.Features.Count != settings.FeatureCount) return ItemFate.WrongFeatureCount;
        foreach (var feature in features)
        {
            if (!float.IsFinite(feature)) return ItemFate.FeatureNotFinite;
        }
        if (item.Shown >= settings.ClassNumber || (item.HasProduction && item.Production >= settings.ClassNumber)) return ItemFate.UnknownClass;
        if (!double.IsFinite(item.Reward)) return ItemFate.NoReward;
        if (!(item.Propensity is > 0 and <= 1) || !float.IsFinite((float)(item.Reward / item.Propensity)) || !float.IsFinite((float)(1 / item.Propensity))) return ItemFate.BadPropensity;
        return null;
    }

    /// <summary>Milliseconds since 1970; null for no time and for one that is no date.</summary>
    public static long? EventMs(Timestamp? time)
    {
        if (time is null || time.Nanos is < 0 or >= 1_000 * NanosPerMs || time.Seconds is < FirstMs / 1_000 or > LastMs / 1_000) return null;
        return time.Seconds * 1_000 + time.Nanos / NanosPerMs;
    }

    /// <summary>Whether what a state keeps of an item can have come from one that was not refused.</summary>
    public static bool CanHaveBeenKept(long eventMs, double propensity, double reward) =>
        eventMs is >= FirstMs and <= LastMs && propensity is > 0 and <= 1 && double.IsFinite(reward);
}
