using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>The hot path: lease, look up, score, choose. No lock, no allocation, no exception for what the data are.</summary>
internal sealed class Decider(GenerationSlot slot, FallbackCounters fallbacks)
{
    public Decision Decide(ThreadCell cell, string name, ReadOnlySpan<float> features, int? fallback)
    {
        using var hold = slot.Hold(cell);
        var lease = hold.Lease;
        var reason = Find(lease, name, features, out var model);
        return reason == FallbackReason.None
            ? Choose(BestClass.Of(model!, features, notShownScore: null), lease.Epoch, model!, fallback)
            : FallBack(reason, lease.Epoch, model, fallback);
    }

    public Decision Decide(ThreadCell cell, string name, ReadOnlySpan<float> features, Span<float> scores, int? fallback)
    {
        using var hold = slot.Hold(cell);
        var lease = hold.Lease;
        var reason = Find(lease, name, features, out var model);
        if (reason != FallbackReason.None) return FallBack(reason, lease.Epoch, model, fallback);
        var classes = model!.Scorer.ClassCount;
        if (scores.Length < classes) return FallBack(FallbackReason.TooFewScores, lease.Epoch, model, fallback);
        model.Score(features, scores[..classes]);
        return Choose(Scorer.Best(scores[..classes]), lease.Epoch, model, fallback);
    }

    private static FallbackReason Find(Lease lease, string name, ReadOnlySpan<float> features, out LoadedModel? model)
    {
        model = null;
        return lease.IsEmpty ? FallbackReason.NoGeneration
            : !lease.Find(name, out model) ? FallbackReason.NoModel
            : model.Scorer.FeatureCount != features.Length ? FallbackReason.WrongFeatureCount
            : FallbackReason.None;
    }

    private Decision Choose(int best, long epoch, LoadedModel model, int? fallback) => best >= 0
        ? new Decision(best, DecisionSource.Model, FallbackReason.None, epoch, model.Status.ModelVersion, model.Status.RequestCount)
        : FallBack(FallbackReason.NotFinite, epoch, model, fallback);

    private Decision FallBack(FallbackReason reason, long epoch, LoadedModel? model, int? fallback)
    {
        fallbacks.Count(reason);
        return new Decision(
            fallback ?? Decision.NoClass,
            fallback is null ? DecisionSource.None : DecisionSource.Fallback,
            reason,
            epoch,
            model?.Status.ModelVersion ?? 0,
            model?.Status.RequestCount ?? 0);
    }
}
