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
        var time = request.Time ?? clock.GetUtcNow();
        using var lease = slot.Acquire();
        if (request.Foreign is { } foreign && log.RecordForeign(rules, request, foreign, time, blender, lease))
        {
            return new DecisionOutcome { Untouched = UntouchedReason.Foreign, Epoch = lease.Epoch, Time = time, Pivot = Decision.NoClass, Shown = Decision.NoClass };
        }
        var first = new DecisionOutcome { Untouched = UntouchedReason.NoApplication, Epoch = lease.Epoch, Time = time, Pivot = Decision.NoClass, Shown = Decision.NoClass };
        foreach (var entry in rules.Entries)
        {
            var outcome = Ask(entry, request, time, blender, lease);
            if (outcome.Reason != FallbackReason.None) fallbacks.Count(outcome.Reason);
            if (outcome.Untouched == UntouchedReason.None)
            {
                blender.SetIntentPosition(request.Intent, outcome.Position, entry.Settings.ApplyPriority);
                if (outcome.Explored) log.RecordOwn(rules, entry, request, outcome, blender, lease);
                return outcome;
            }
            if (first.Application is null) first = outcome;
        }
        return first;
    }

    /// <summary>The models of the request's intent, under its override.</summary>
    public IntentRules Rules(in DecisionRequest request)
    {
        var configuration = configurations.Current;
        return request.Override is { } changed ? changed.For(request.Intent, configuration) : configuration.For(request.Intent);
    }

    /// <summary>What one application says, its condition included. It changes nothing.</summary>
    public static DecisionOutcome Ask(ApplyEntry entry, in DecisionRequest request, DateTimeOffset time, IBlender blender, Lease lease)
    {
        var condition = Weighing.Condition(entry, request, blender);
        return condition == UntouchedReason.None
            ? Weighing.Weigh(entry, request, time, lease)
            : new DecisionOutcome { Untouched = condition, Application = entry.Settings, Epoch = lease.Epoch, Time = time, Pivot = Decision.NoClass, Shown = Decision.NoClass };
    }
}
