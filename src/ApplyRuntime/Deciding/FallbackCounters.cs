using Delivery.ApplyRuntime.Leasing;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>How often no model decided, by reason. Striped, since with no model at all every request comes here.</summary>
internal sealed class FallbackCounters
{
    private readonly StripedCounter[] _byReason = [.. Enum.GetValues<FallbackReason>().Select(_ => new StripedCounter())];

    public void Count(FallbackReason reason) => _byReason[(int)reason].Increment(StripedCounter.Here);

    public FallbackCounts Read() => new(
        Of(FallbackReason.NoGeneration), Of(FallbackReason.NoModel), Of(FallbackReason.WrongFeatureCount),
        Of(FallbackReason.NotFinite), Of(FallbackReason.TooFewScores), Of(FallbackReason.WrongClassCount), Of(FallbackReason.NoSource));

    private long Of(FallbackReason reason) => _byReason[(int)reason].Sum();
}
