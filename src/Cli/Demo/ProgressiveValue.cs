using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Deciding;
using Delivery.Evaluation;
using Delivery.Models;
using Delivery.Models.Wire;

namespace Delivery.Cli.Demo;

/// <summary>What the delivered models are worth, and what the policy that logged the items is worth on the same items: clicks an impression.</summary>
/// <param name="Learned">Self-normalised off-policy estimate of the delivered models.</param>
/// <param name="Logged">Mean reward of the items as they were logged.</param>
/// <param name="Difference">The first minus the second, paired.</param>
/// <param name="Clicks">Clicks on items where the model would have shown the same: what <paramref name="Learned"/> rests on.</param>
public sealed record PolicyComparison(Estimate Learned, Estimate Logged, Estimate Difference, int Clicks);

/// <summary>
/// Values what is delivered on items that no model had learned from when they were logged: each chunk of a log is valued with the
/// models delivered before it, and learned from afterwards.
/// </summary>
/// <remarks>
/// Headline tests differ in arms and in click rate, and what is delivered changes with each chunk. So each chunk of each test is a
/// stratum: its learned choice is one arm, whose self-normalised estimate is the plain click rate of the viewers that were shown
/// it; the strata are averaged by their numbers of viewers (<see cref="Strata"/>). The models of a recommendation policy have too
/// few clicks for that: all their items make one self-normalised estimate. Several threads may add.
/// </remarks>
public sealed class ProgressiveValue
{
    private readonly Lock _lock = new();
    private readonly List<PolicyComparison> _headlines = [];
    private readonly Dictionary<DemoGroup, List<LoggedOutcome>> _others = [];

    /// <summary>Adds one chunk of one model's log.</summary>
    /// <param name="group">The model's.</param>
    /// <param name="items">The items as the delivered model decides them.</param>
    public void Add(DemoGroup group, LoggedOutcome[] items)
    {
        if (items.Length == 0) return;
        var stratum = group == DemoGroup.Headlines ? Compare(items) : null;
        lock (_lock)
        {
            if (stratum is not null) _headlines.Add(stratum);
            else if (_others.TryGetValue(group, out var all)) all.AddRange(items);
            else _others[group] = [.. items];
        }
    }

    /// <summary>The value of all chunks so far.</summary>
    public PolicyComparison Of(DemoGroup group)
    {
        lock (_lock)
        {
            return group == DemoGroup.Headlines
                ? new(
                    Strata.Combine([.. _headlines.Select(stratum => stratum.Learned)]),
                    Strata.Combine([.. _headlines.Select(stratum => stratum.Logged)]),
                    Strata.Combine([.. _headlines.Select(stratum => stratum.Difference)]),
                    _headlines.Sum(stratum => stratum.Clicks))
                : Compare([.. _others.GetValueOrDefault(group, [])]);
        }
    }

    /// <summary>Items as a delivered model decides them; empty when it has none delivered.</summary>
    /// <param name="runtime">Follows the delivered models.</param>
    /// <param name="model">The model.</param>
    /// <param name="items">Logged items that it can score.</param>
    public static LoggedOutcome[] Decide(ModelRuntime runtime, ModelName model, IReadOnlyList<PoolItem> items)
    {
        var outcomes = new LoggedOutcome[items.Count];
        float[] features = [];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var item = items[i];
            if (features.Length != item.Features.Count) features = new float[item.Features.Count];
            item.Features.CopyTo(features, 0);
            var decision = runtime.Decide(model.Value, features);
            if (decision.Source != DecisionSource.Model) return [];
            outcomes[i] = new(item.Propensity, item.Reward, decision.Class == item.Shown ? 1 : 0);
        }
        return outcomes;
    }

    private static PolicyComparison Compare(LoggedOutcome[] items)
    {
        var logged = Array.ConvertAll(items, item => item with { TargetProbability = item.Propensity });
        return new(
            OffPolicy.Snips(items), OffPolicy.Snips(logged), OffPolicy.SnipsDifference(items, logged),
            items.Count(item => item is { TargetProbability: > 0, Reward: > 0 }));
    }
}
