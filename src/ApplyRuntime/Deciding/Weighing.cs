using System.Buffers;
using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Exploring;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.Models.Numerics;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>What one application says to one request. It changes nothing, counts nothing and allocates nothing; any thread.</summary>
internal static class Weighing
{
    /// <summary>Whether the application takes such a request at all.</summary>
    public static UntouchedReason Condition(ApplyEntry entry, in DecisionRequest request, IBlender blender)
    {
        if (!entry.TakesLocale(request.Locale)) return UntouchedReason.Locale;
        if (!entry.TakesInterface(request.UserInterface)) return UntouchedReason.UserInterface;
        return entry.Settings.ApplyCondition switch
        {
            ApplyCondition.HasIntent when !blender.HasIntent(request.Intent) => UntouchedReason.NoIntent,
            ApplyCondition.HasDoc when !blender.HasDocument(request.Intent) => UntouchedReason.NoDocument,
            _ => UntouchedReason.None,
        };
    }

    /// <summary>The whole answer of an application whose condition holds.</summary>
    /// <remarks>
    /// A model that is there but cannot decide on these features still counts with its requests: a fault in the features must not turn
    /// all traffic into random pages. And nothing is explored with features that are not finite, as no trainer could learn from it.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)] // for the reason of PositionDecider.Decide
    public static void Weigh(ApplyEntry entry, in DecisionRequest request, Lease lease, OtherSources others, ref DecisionOutcome outcome)
    {
        var randomize = entry.Settings.RandomizeParams;
        if (randomize is not null) // before the scores: the steps of the hash wait for each other, and the processor begins to score meanwhile
        {
            outcome.SaltBucket = Draw.SaltBucket(outcome.Time, randomize.RandomSaltMinutes);
            var user = request.User.IsEmpty && request.Query.IsEmpty ? request.RequestId : request.User;
            outcome.Draw = Draw.Of(entry.NameHash, user, request.Query, outcome.SaltBucket);
        }
        FindPivot(entry, request, lease, others, ref outcome);
        if (randomize is not null)
        {
            outcome.ExploreProbability = entry.ExploreProbability(randomize, outcome.RequestCount);
            if (outcome.Draw.Explore < outcome.ExploreProbability && outcome.ClassCount > 0 && AreFinite(request.Features, outcome.Source))
            {
                Explore(entry.Bundle!, ref outcome);
                return;
            }
        }
        if (outcome.Pivot >= 0) (outcome.Shown, outcome.Propensity) = (outcome.Pivot, 1);
        else outcome.Untouched = UntouchedReason.NoPosition;
    }

    /// <summary>The class that is shown unless the decision is randomised, and what it rests on.</summary>
    public static void FindPivot(ApplyEntry entry, in DecisionRequest request, Lease lease, OtherSources others, ref DecisionOutcome outcome)
    {
        var settings = entry.Settings;
        outcome.Reason = Find(entry, request, lease, others, out var model);
        outcome.Model = model?.Status;
        outcome.ClassCount = settings.ClassNumber ?? model?.Scorer.ClassCount ?? 0;
        if (model is not null && settings.RandomizeParams is { FixedPos: { } fixedPos } randomize && model.Status.RequestCount < (ulong)randomize.FixedPosReqCount)
        {
            (outcome.Pivot, outcome.Source) = (fixedPos, DecisionSource.FixedPosition);
            return;
        }
        if (outcome.Reason == FallbackReason.None)
        {
            var best = BestClass.Of(model!, request.Features, entry.NotShownScore);
            if (best >= 0)
            {
                (outcome.Pivot, outcome.Source) = (best, DecisionSource.Model);
                return;
            }
            outcome.Reason = FallbackReason.NotFinite;
        }
        if (settings.FallBackBlenderPos is { } position) (outcome.Pivot, outcome.Source) = (position, DecisionSource.Fallback);
    }

    /// <summary>The model of an application, and why it cannot decide on such features.</summary>
    public static FallbackReason Find(ApplyEntry entry, in DecisionRequest request, Lease lease, OtherSources others, out LoadedModel? model)
    {
        if (entry.Settings.ModelSource == ModelSource.FastData)
        {
            model = null;
            if (lease.IsEmpty) return FallbackReason.NoGeneration;
            model = lease.Find(ref entry.FoundAs, ref entry.Place);
            if (model is null) return FallbackReason.NoModel;
        }
        else
        {
            var reason = others.Find(entry, request, out model);
            if (reason != FallbackReason.None) return reason;
        }
        if (entry.Settings.ClassNumber is { } classes && model!.Scorer.ClassCount != classes) return FallbackReason.WrongClassCount;
        return model!.Scorer.FeatureCount != request.Features.Length ? FallbackReason.WrongFeatureCount : FallbackReason.None;
    }

    /// <summary>A model that has decided has multiplied every feature: one that is not finite would have made its scores so.</summary>
    private static bool AreFinite(ReadOnlySpan<float> features, DecisionSource source) =>
        source == DecisionSource.Model || Finite.IndexOfNonFinite(features) < 0;

    private static void Explore(Bundle bundle, ref DecisionOutcome outcome)
    {
        if (outcome.ClassCount <= Bundle.MostClassesKept)
        {
            outcome.Explored = true;
            outcome.Shown = bundle.For(outcome.Pivot, outcome.ClassCount).At(outcome.Draw.Choose, out var propensity);
            outcome.Propensity = propensity;
        }
        else
        {
            ExploreAmongMany(bundle, ref outcome);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // its buffer is cleared
    private static void ExploreAmongMany(Bundle bundle, ref DecisionOutcome outcome)
    {
        double[]? rented = null;
        var distribution = outcome.ClassCount <= BestClass.MostOnStack
            ? stackalloc double[outcome.ClassCount]
            : (rented = ArrayPool<double>.Shared.Rent(outcome.ClassCount)).AsSpan(0, outcome.ClassCount);
        bundle.Fill(outcome.Pivot, distribution);
        var shown = Bundle.Sample(distribution, outcome.Draw.Choose);
        (outcome.Explored, outcome.Shown, outcome.Propensity) = (true, shown, distribution[shown]);
        if (rented is not null) ArrayPool<double>.Shared.Return(rented);
    }
}
