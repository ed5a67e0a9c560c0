using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>Decides one position for one request, tells the blender, and logs what was randomised. No lock, no allocation; any thread.</summary>
internal sealed class PositionDecider(GenerationSlot slot, ConfigurationSlot configurations, OtherSources others, FallbackCounters fallbacks, RandomisedLog log, TimeProvider clock)
{
    /// <summary>Sets all of <paramref name="outcome"/>, which is so large that making it elsewhere and copying it would cost more than most of the work.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // a large caller would use up what the compiler is willing to inline, and hashing would be left with a call a word
    public void Decide(ThreadCell cell, in DecisionRequest request, IBlender blender, out DecisionOutcome outcome)
    {
        var rules = Rules(request);
        using var hold = slot.Hold(cell);
        var lease = hold.Lease;
        DecisionOutcome.SetBlank(out outcome, request.Time ?? clock.GetUtcNow(), lease.Epoch, UntouchedReason.NoApplication);
        if (request.Foreign is not null && LeavesToForeign(rules, request, blender, lease, ref outcome)) return;
        if (rules.Entries.Length == 0 || Decides(rules, rules.Entries[0], request, blender, lease, ref outcome) || rules.Entries.Length == 1) return;
        AskOthers(rules, request, blender, lease, ref outcome);
    }

    /// <summary>Those that the settings apply a model to, in their order.</summary>
    public string[] Intents => [.. configurations.Current.Models.Select(model => model.Intent).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

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

    /// <summary>Apart from the usual way, which then has no second outcome to clear.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AskOthers(IntentRules rules, in DecisionRequest request, IBlender blender, Lease lease, ref DecisionOutcome outcome)
    {
        for (var i = 1; i < rules.Entries.Length; i++)
        {
            var next = DecisionOutcome.Blank(outcome.Time, lease.Epoch, UntouchedReason.None);
            if (!Decides(rules, rules.Entries[i], request, blender, lease, ref next)) continue;
            outcome = next;
            return;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool LeavesToForeign(IntentRules rules, in DecisionRequest request, IBlender blender, Lease lease, ref DecisionOutcome outcome)
    {
        if (!log.RecordForeign(rules, request, request.Foreign!.Value, outcome.Time, blender, lease)) return false;
        outcome.Untouched = UntouchedReason.Foreign;
        return true;
    }

    /// <summary>Asks one application, and does what it says when it has a position.</summary>
    private bool Decides(IntentRules rules, ApplyEntry entry, in DecisionRequest request, IBlender blender, Lease lease, ref DecisionOutcome outcome)
    {
        Ask(entry, request, blender, lease, ref outcome);
        if (outcome.Reason != FallbackReason.None) fallbacks.Count(outcome.Reason);
        if (outcome.Untouched != UntouchedReason.None) return false;
        blender.SetIntentPosition(request.Intent, outcome.Position, entry.Settings.ApplyPriority);
        if (outcome.Explored)
        {
            if (log.Records(request)) log.RecordOwn(rules, entry, request, outcome, blender, lease);
        }
        else if (request.Override is { Debug: true }) log.PrintUnlogged(entry, request, outcome, lease);
        return true;
    }
}
