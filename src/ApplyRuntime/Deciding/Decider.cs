using System.Buffers;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>The hot path: lease, look up, score, choose. No lock, no allocation, no exception for what the data are.</summary>
internal sealed class Decider(GenerationSlot slot, FallbackCounters fallbacks)
{
    /// <summary>Scores of a model with more classes go into a rented array.</summary>
    public const int MostClassesOnStack = 256;

    public Decision Decide(ThreadCell cell, string name, ReadOnlySpan<float> features, int? fallback)
    {
        using var hold = slot.Hold(cell);
        var lease = hold.Lease;
        var reason = Find(lease, name, features, out var model);
        if (reason != FallbackReason.None) return FallBack(reason, lease.Epoch, model, fallback);
        var classes = model!.Scorer.ClassCount;
        if (classes > MostClassesOnStack) return ChooseOnRented(lease.Epoch, model, features, fallback);
        Span<float> scores = stackalloc float[classes];
        return Choose(lease.Epoch, model, features, scores, fallback);
    }

    public Decision Decide(ThreadCell cell, string name, ReadOnlySpan<float> features, Span<float> scores, int? fallback)
    {
        using var hold = slot.Hold(cell);
        var lease = hold.Lease;
        var reason = Find(lease, name, features, out var model);
        if (reason != FallbackReason.None) return FallBack(reason, lease.Epoch, model, fallback);
        var classes = model!.Scorer.ClassCount;
        return scores.Length >= classes
            ? Choose(lease.Epoch, model, features, scores[..classes], fallback)
            : FallBack(FallbackReason.TooFewScores, lease.Epoch, model, fallback);
    }

    private static FallbackReason Find(Lease lease, string name, ReadOnlySpan<float> features, out LoadedModel? model)
    {
        model = null;
        return lease.IsEmpty ? FallbackReason.NoGeneration
            : !lease.Find(name, out model) ? FallbackReason.NoModel
            : model.Scorer.FeatureCount != features.Length ? FallbackReason.WrongFeatureCount
            : FallbackReason.None;
    }

    private Decision ChooseOnRented(long epoch, LoadedModel model, ReadOnlySpan<float> features, int? fallback)
    {
        var classes = model.Scorer.ClassCount;
        var rented = ArrayPool<float>.Shared.Rent(classes);
        try
        {
            return Choose(epoch, model, features, rented.AsSpan(0, classes), fallback);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private Decision Choose(long epoch, LoadedModel model, ReadOnlySpan<float> features, Span<float> scores, int? fallback)
    {
        model.Score(features, scores);
        var best = Scorer.Best(scores);
        return best >= 0
            ? new Decision(best, DecisionSource.Model, FallbackReason.None, epoch, model.Status.ModelVersion, model.Status.RequestCount)
            : FallBack(FallbackReason.NotFinite, epoch, model, fallback);
    }

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
