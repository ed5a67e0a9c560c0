using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Exploring;
using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>Why the page was left as it is.</summary>
public enum UntouchedReason
{
    /// <summary>It was not: a position was set.</summary>
    None,

    /// <summary>No model is applied to the intent.</summary>
    NoApplication,

    /// <summary>The locale of the request is not among those of the application.</summary>
    Locale,

    /// <summary>The interface of the request is not among those of the application.</summary>
    UserInterface,

    /// <summary>The blender does not deal with the intent.</summary>
    NoIntent,

    /// <summary>There is no document of the intent.</summary>
    NoDocument,

    /// <summary>There was no model that could decide, no <c>FallBackBlenderPos</c>, and nothing was explored.</summary>
    NoPosition,

    /// <summary>Somebody else had randomised the position.</summary>
    Foreign,
}

/// <summary>What was decided for a request and everything that it rests on: with the model's file and the features it can be decided again.</summary>
/// <remarks>It is filled in place on the hot path, where copies of it would cost more than the rest; to callers it is read-only.</remarks>
public record struct DecisionOutcome
{
    /// <summary>Whether the blender was given a position, and if not, why: of several applications the reason of the first.</summary>
    public UntouchedReason Untouched { get; internal set; }

    /// <summary>The application that decided; null only when there is none.</summary>
    public ApplyModel? Application { get; internal set; }

    /// <summary>The model that was found, whether it could decide or not; null when there was none.</summary>
    public ModelStatus? Model { get; internal set; }

    /// <summary>The generation that was looked at; 0 when there was none.</summary>
    public long Epoch { get; internal set; }

    /// <summary>The time that the salt was taken from.</summary>
    public DateTimeOffset Time { get; internal set; }

    /// <summary>Classes that were chosen from, "not shown" included; 0 when that is not known.</summary>
    public int ClassCount { get; internal set; }

    /// <summary>Where <see cref="Pivot"/> comes from.</summary>
    public DecisionSource Source { get; internal set; }

    /// <summary>Why no model decided.</summary>
    public FallbackReason Reason { get; internal set; }

    /// <summary>The class that is shown unless the decision is randomised; <see cref="Decision.NoClass"/> for none.</summary>
    public int Pivot { get; internal set; }

    /// <summary>The class that is shown; <see cref="Decision.NoClass"/> when the page was left as it is.</summary>
    public int Shown { get; internal set; }

    /// <summary>Probability with which this decision is randomised; 0 without exploration.</summary>
    public double ExploreProbability { get; internal set; }

    /// <summary>Whether the runtime randomised it.</summary>
    public bool Explored { get; internal set; }

    /// <summary>Probability of the class shown, given whether the decision was randomised: that of the bundle, or 1 where nothing was left to chance.</summary>
    public double Propensity { get; internal set; }

    /// <summary>The chance of this decision; of no meaning without exploration.</summary>
    public Draw Draw { get; internal set; }

    /// <summary>Number of the salt period since 1970; 0 without exploration.</summary>
    public long SaltBucket { get; internal set; }

    /// <summary>An outcome of which only this is known yet.</summary>
    internal static DecisionOutcome Blank(DateTimeOffset time, long epoch, UntouchedReason untouched)
    {
        SetBlank(out var outcome, time, epoch, untouched);
        return outcome;
    }

    /// <summary>The same in place.</summary>
    internal static void SetBlank(out DecisionOutcome outcome, DateTimeOffset time, long epoch, UntouchedReason untouched)
    {
        outcome = default;
        outcome.Time = time;
        outcome.Epoch = epoch;
        outcome.Untouched = untouched;
        outcome.Pivot = outcome.Shown = Decision.NoClass;
    }

    /// <summary>Requests that the model had been trained on: the n of the explore probability. 0 when there is no model.</summary>
    public readonly ulong RequestCount => Model?.RequestCount ?? 0;

    /// <summary>Name of the bundle that the class was drawn from; null when it was not.</summary>
    public readonly string? Bundle => Explored ? Application?.RandomizeParams?.RandomizeBundle : null;

    /// <summary>What the blender was told: from 0, or <see cref="IBlender.NotShown"/> for the last class and for a page left as it is.</summary>
    public readonly int Position => Shown >= 0 && Shown != ClassCount - 1 ? Shown : IBlender.NotShown;
}
