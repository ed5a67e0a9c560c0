using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>Decides one position for one request, tells the blender, and logs what was randomised. No lock, no allocation; any thread.</summary>
internal sealed class PositionDecider(GenerationSlot slot, ConfigurationSlot configurations, OtherSources others, FallbackCounters fallbacks, RandomisedLog log, TimeProvider clock)
{
    public DecisionOutcome Decide(in DecisionRequest request, IBlender blender)
    {
        var rules = Rules(request);
        using var lease = slot.Acquire();
        var outcome = DecisionOutcome.Blank(request.Time ?? clock.GetUtcNow(), lease.Epoch, UntouchedReason.NoApplication);
        if (request.Foreign is { } foreign && log.RecordForeign(rules, request, foreign, outcome.Time, blender, lease))
        {
            outcome.Untouched = UntouchedReason.Foreign;
            return outcome;
        }
        if (rules.Entries.Length == 0 || Decides(rules, rules.Entries[0], request, blender, lease, ref outcome)) return outcome;
        for (var i = 1; i < rules.Entries.Length; i++)
        {
            var next = DecisionOutcome.Blank(outcome.Time, lease.Epoch, UntouchedReason.None);
            if (Decides(rules, rules.Entries[i], request, blender, lease, ref next)) return next;
        }
        return outcome;
    }

    /// <summary>The models of the request's intent, under its override.</summary>
    public IntentRules Rules(in DecisionRequest request)
    {
        var configuration = configurations.Current;
        return request.Override is { } changed ? changed.For(request.Intent, configuration) : configuration.For(request.Intent);
    }

    /// <summary>What one application says, its condition included. It changes nothing but <paramref name="outcome"/>, which comes in blank.</summary>
    public void Ask(ApplyEntry entry, in DecisionRequest request, IBlender blender, Lease lease, ref DecisionOutcome outcome)
    {
        outcome.Application = entry.Settings;
        outcome.Untouched = Weighing.Condition(entry, request, blender);
        if (outcome.Untouched == UntouchedReason.None) Weighing.Weigh(entry, request, lease, others, ref outcome);
    }

    /// <summary>Asks one application, and does what it says when it has a position.</summary>
    private bool Decides(IntentRules rules, ApplyEntry entry, in DecisionRequest request, IBlender blender, Lease lease, ref DecisionOutcome outcome)
    {
        Ask(entry, request, blender, lease, ref outcome);
        if (outcome.Reason != FallbackReason.None) fallbacks.Count(outcome.Reason);
        if (outcome.Untouched != UntouchedReason.None) return false;
        blender.SetIntentPosition(request.Intent, outcome.Position, entry.Settings.ApplyPriority);
        if (outcome.Explored) log.RecordOwn(rules, entry, request, outcome, blender, lease);
        else if (request.Override is { Debug: true }) log.PrintUnlogged(entry, request, outcome, lease);
        return true;
    }
}
