using System.Buffers;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Exploring;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.ApplyRuntime.Settings;
using Delivery.Models.Kinds;
using Delivery.Models.Numerics;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>What one application says to one request. It changes nothing, counts nothing and allocates nothing; any thread.</summary>
internal static class Weighing
{
    /// <summary>Models of more classes take arrays of the shared pool.</summary>
    public const int MostClassesOnStack = 256;

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
    public static DecisionOutcome Weigh(ApplyEntry entry, in DecisionRequest request, DateTimeOffset time, Lease lease)
    {
        var outcome = Pivot(entry, request.Features, time, lease);
        if (entry.Settings.RandomizeParams is not { } randomize) return Shown(outcome);
        var bucket = Draw.SaltBucket(time, randomize.RandomSaltMinutes);
        var user = request.User.IsEmpty && request.Query.IsEmpty ? request.RequestId : request.User;
        outcome = outcome with
        {
            ExploreProbability = randomize.ExploreProbability(outcome.RequestCount),
            SaltBucket = bucket,
            Draw = Draw.Of(user, request.Query, entry.Name, bucket),
        };
        var explores = outcome.Draw.Explore < outcome.ExploreProbability && outcome.ClassCount > 0 && Finite.IndexOfNonFinite(request.Features) < 0;
        return explores ? Explored(entry.Bundle!, outcome) : Shown(outcome);
    }

    /// <summary>The class that is shown unless the decision is randomised, and what it rests on.</summary>
    public static DecisionOutcome Pivot(ApplyEntry entry, ReadOnlySpan<float> features, DateTimeOffset time, Lease lease)
    {
        var settings = entry.Settings;
        var reason = Find(entry, lease, features.Length, out var model);
        var outcome = new DecisionOutcome
        {
            Application = settings,
            Model = model?.Status,
            Epoch = lease.Epoch,
            Time = time,
            ClassCount = settings.ClassNumber ?? model?.Scorer.ClassCount ?? 0,
            Pivot = Decision.NoClass,
            Shown = Decision.NoClass,
            Reason = reason,
        };
        if (model is not null && settings.RandomizeParams is { FixedPos: { } fixedPos } randomize && model.Status.RequestCount < (ulong)randomize.FixedPosReqCount)
        {
            return outcome with { Pivot = fixedPos, Source = DecisionSource.FixedPosition };
        }
        if (reason == FallbackReason.None)
        {
            var best = Best(entry, model!, features);
            if (best >= 0) return outcome with { Pivot = best, Source = DecisionSource.Model };
            reason = FallbackReason.NotFinite;
        }
        return settings.FallBackBlenderPos is { } position
            ? outcome with { Pivot = position, Source = DecisionSource.Fallback, Reason = reason }
            : outcome with { Reason = reason };
    }

    /// <summary>One score a class, with the threshold of the settings where there is one.</summary>
    public static void Score(ApplyEntry entry, LoadedModel model, ReadOnlySpan<float> features, Span<float> scores)
    {
        model.Score(features, scores);
        if (entry.NotShownScore is { } score && model.Scorer.HasNotShownThreshold) scores[^1] = score;
    }

    /// <summary>The model of an application, and why it cannot decide on so many features.</summary>
    public static FallbackReason Find(ApplyEntry entry, Lease lease, int featureCount, out LoadedModel? model)
    {
        model = null;
        if (entry.Settings.ModelSource != ModelSource.FastData) return FallbackReason.NoSource;
        if (lease.IsEmpty) return FallbackReason.NoGeneration;
        if (!lease.Find(entry.Name, out model)) return FallbackReason.NoModel;
        if (entry.Settings.ClassNumber is { } classes && model.Scorer.ClassCount != classes) return FallbackReason.WrongClassCount;
        return model.Scorer.FeatureCount != featureCount ? FallbackReason.WrongFeatureCount : FallbackReason.None;
    }

    private static int Best(ApplyEntry entry, LoadedModel model, ReadOnlySpan<float> features)
    {
        var classes = model.Scorer.ClassCount;
        if (classes > MostClassesOnStack) return BestOnRented(entry, model, features);
        Span<float> scores = stackalloc float[classes];
        Score(entry, model, features, scores);
        return Scorer.Best(scores);
    }

    private static int BestOnRented(ApplyEntry entry, LoadedModel model, ReadOnlySpan<float> features)
    {
        var classes = model.Scorer.ClassCount;
        var rented = ArrayPool<float>.Shared.Rent(classes);
        try
        {
            Score(entry, model, features, rented.AsSpan(0, classes));
            return Scorer.Best(rented.AsSpan(0, classes));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    private static DecisionOutcome Shown(in DecisionOutcome outcome) => outcome.Pivot >= 0
        ? outcome with { Shown = outcome.Pivot, Propensity = 1 }
        : outcome with { Untouched = UntouchedReason.NoPosition };

    private static DecisionOutcome Explored(Bundle bundle, in DecisionOutcome outcome)
    {
        if (outcome.ClassCount > MostClassesOnStack) return ExploredOnRented(bundle, outcome);
        Span<double> distribution = stackalloc double[outcome.ClassCount];
        return Explored(bundle, outcome, distribution);
    }

    private static DecisionOutcome ExploredOnRented(Bundle bundle, in DecisionOutcome outcome)
    {
        var rented = ArrayPool<double>.Shared.Rent(outcome.ClassCount);
        try
        {
            return Explored(bundle, outcome, rented.AsSpan(0, outcome.ClassCount));
        }
        finally
        {
            ArrayPool<double>.Shared.Return(rented);
        }
    }

    private static DecisionOutcome Explored(Bundle bundle, in DecisionOutcome outcome, Span<double> distribution)
    {
        bundle.Fill(outcome.Pivot, distribution);
        var shown = Bundle.Sample(distribution, outcome.Draw.Choose);
        return outcome with { Explored = true, Shown = shown, Propensity = distribution[shown] };
    }
}
