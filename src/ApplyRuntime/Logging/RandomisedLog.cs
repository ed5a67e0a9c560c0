using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Logging;

/// <summary>Writes down what was randomised, once for each model that shall learn from it. Allocates nothing; any thread.</summary>
/// <param name="sink">Null: nothing is logged.</param>
/// <param name="others">Where models that are not in the generation come from.</param>
/// <param name="debug">Told of the requests that ask for it; null: nobody.</param>
internal sealed class RandomisedLog(IDecisionSink? sink, OtherSources others, DebugPrint? debug)
{
    private readonly StripedCounter _lost = new();

    /// <summary>Records that the sink threw away with an exception.</summary>
    public long Lost => _lost.Sum();

    /// <summary>Records that the sink dropped by itself.</summary>
    public long Dropped => sink?.Dropped ?? 0;

    /// <summary>Whether a randomised decision on such a request goes anywhere.</summary>
    public bool Records(in DecisionRequest request) => sink is not null || (debug is not null && request.Override is { Debug: true });

    /// <summary>Logs what the runtime randomised, where <see cref="Records"/> says so.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // its locals would be cleared by each decision that logs nothing
    public void RecordOwn(IntentRules rules, ApplyEntry decider, in DecisionRequest request, in DecisionOutcome outcome, IBlender blender, Lease lease)
    {
        var decision = Own(decider, request, outcome, lease);
        if (rules.Learners is { } learners)
        {
            foreach (var learner in learners)
            {
                if (ReferenceEquals(learner.Entry, decider)) Record(decision, request);
                else RecordFor(learner.Name, learner.Entry, request, decision, lease);
            }
            return;
        }
        Record(decision, request);
        foreach (var entry in rules.Entries)
        {
            if (!ReferenceEquals(entry, decider) && Uses(entry, request, blender)) RecordFor(entry.Name, entry, request, decision, lease);
        }
    }

    /// <summary>Logs what somebody else randomised. False, and nothing logged, when no model of the intent learns from that.</summary>
    public bool RecordForeign(IntentRules rules, in DecisionRequest request, ForeignDraw foreign, DateTimeOffset time, IBlender blender, Lease lease)
    {
        if (!(foreign.Propensity > 0)) return false; // the default of the struct, which nobody drew
        var decision = new LoggedDecision
        {
            RequestId = request.RequestId,
            Time = time,
            Intent = request.Intent,
            Model = "",
            Pivot = Decision.NoClass,
            Production = request.ProductionClass,
            Shown = foreign.Shown,
            Bundle = foreign.Bundle,
            Propensity = foreign.Propensity,
            Locale = request.Locale,
            UserInterface = request.UserInterface,
            Experiment = request.Experiment,
        };
        var used = false;
        if (rules.Learners is { } learners)
        {
            foreach (var learner in learners)
            {
                RecordFor(learner.Name, learner.Entry, request, decision, lease);
                used = true;
            }
            return used;
        }
        foreach (var entry in rules.Entries)
        {
            if (!Uses(entry, request, blender)) continue;
            RecordFor(entry.Name, entry, request, decision, lease);
            used = true;
        }
        return used;
    }

    /// <summary>Whether an application learns from what others randomise in such a request.</summary>
    public static bool Uses(ApplyEntry entry, in DecisionRequest request, IBlender blender) =>
        entry.Settings.UseLocalRandom && Weighing.Condition(entry, request, blender) == UntouchedReason.None;

    /// <summary>Prints what would be logged of a decision that was not randomised.</summary>
    public void PrintUnlogged(ApplyEntry decider, in DecisionRequest request, in DecisionOutcome outcome, Lease lease) =>
        debug?.NotRandomised(Own(decider, request, outcome, lease), request.Features);

    private static LoggedDecision Own(ApplyEntry decider, in DecisionRequest request, in DecisionOutcome outcome, Lease lease) => new()
    {
        RequestId = request.RequestId,
        Time = outcome.Time,
        Intent = request.Intent,
        Model = decider.Name,
        ModelVersion = outcome.Model?.ModelVersion ?? 0,
        Snapshot = outcome.Model?.Content,
        RequestCount = outcome.RequestCount,
        Source = decider.Settings.ModelSource,
        Epoch = EpochOf(decider, lease),
        Commit = CommitOf(decider, lease),
        ConfigHash = decider.ConfigHash,
        ClassCount = outcome.ClassCount,
        Pivot = outcome.Pivot,
        Production = request.ProductionClass,
        Shown = outcome.Shown,
        Bundle = outcome.Bundle ?? "",
        Propensity = outcome.Propensity,
        ExploreProbability = outcome.ExploreProbability,
        Hash = outcome.Draw.Hash,
        SaltBucket = outcome.SaltBucket,
        SaltMinutes = decider.Settings.RandomizeParams?.RandomSaltMinutes ?? 0,
        LocalRadius = decider.Settings.RandomizeParams?.LocalRadius ?? 0,
        UniformShare = decider.Settings.RandomizeParams?.UniformShare ?? 0,
        Locale = request.Locale,
        UserInterface = request.UserInterface,
        Experiment = request.Experiment,
    };

    /// <summary>The same for a model that did not randomise: with its own version and count, and what it would have shown as the pivot.</summary>
    private void RecordFor(string model, ApplyEntry? entry, in DecisionRequest request, in LoggedDecision decision, Lease lease)
    {
        if (!Records(request)) return;
        var would = DecisionOutcome.Blank(decision.Time, lease.Epoch, UntouchedReason.None);
        if (entry is not null) Weighing.FindPivot(entry, request, lease, others, ref would);
        Record(decision with
        {
            Model = model,
            ModelVersion = would.Model?.ModelVersion ?? 0,
            Snapshot = would.Model?.Content,
            RequestCount = would.RequestCount,
            Source = entry?.Settings.ModelSource,
            Epoch = EpochOf(entry, lease),
            Commit = CommitOf(entry, lease),
            ConfigHash = entry?.ConfigHash ?? 0,
            ClassCount = would.ClassCount > 0 ? would.ClassCount : decision.ClassCount,
            Pivot = would.Pivot,
            ExploreProbability = 1,
            External = true,
            Hash = 0,
            SaltBucket = 0,
            SaltMinutes = 0,
            LocalRadius = 0,
            UniformShare = 0,
        }, request);
    }

    /// <summary>Models of other sources belong to no generation.</summary>
    private static long EpochOf(ApplyEntry? entry, Lease lease) => entry is { Settings.ModelSource: ModelSource.FastData } ? lease.Epoch : 0;

    private static CommitId? CommitOf(ApplyEntry? entry, Lease lease) => entry is { Settings.ModelSource: ModelSource.FastData } ? lease.Commit : null;

    private void Record(in LoggedDecision decision, in DecisionRequest request)
    {
        try
        {
            sink?.Record(decision, request.Features);
        }
        catch (Exception) // somebody else's code; counted, and a request must not fail for its log
        {
            _lost.Increment(StripedCounter.Here);
        }
        if (request.Override is { Debug: true }) debug?.Randomised(decision, request.Features);
    }
}
