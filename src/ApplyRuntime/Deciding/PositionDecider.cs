using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>Decides one position for one request, tells the blender, and logs what was randomised. No lock, no allocation; any thread.</summary>
internal sealed class PositionDecider(GenerationSlot slot, ConfigurationSlot configurations, FallbackCounters fallbacks, RandomisedLog log, TimeProvider clock)
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
        for (var i = 0; i < rules.Entries.Length; i++)
        {
            var entry = rules.Entries[i];
            var asked = DecisionOutcome.Blank(outcome.Time, lease.Epoch, UntouchedReason.None);
            Ask(entry, request, blender, lease, ref asked);
            if (asked.Reason != FallbackReason.None) fallbacks.Count(asked.Reason);
            if (asked.Untouched == UntouchedReason.None)
            {
                blender.SetIntentPosition(request.Intent, asked.Position, entry.Settings.ApplyPriority);
                if (asked.Explored) log.RecordOwn(rules, entry, request, asked, blender, lease);
                return asked;
            }
            if (i == 0) outcome = asked;
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
    public static void Ask(ApplyEntry entry, in DecisionRequest request, IBlender blender, Lease lease, ref DecisionOutcome outcome)
    {
        outcome.Application = entry.Settings;
        outcome.Untouched = Weighing.Condition(entry, request, blender);
        if (outcome.Untouched == UntouchedReason.None) Weighing.Weigh(entry, request, lease, ref outcome);
    }
}
