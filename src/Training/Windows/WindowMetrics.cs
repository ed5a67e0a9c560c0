using Delivery.Evaluation;
using Delivery.Models.Numerics;

namespace Delivery.Training.Windows;

/// <summary>What the latest decisions of randomised traffic say of the models, each judged before it learned from them.</summary>
public sealed record WindowMetrics
{
    /// <summary>Fewer rewarded decisions than this, and the intervals are wider than any effect.</summary>
    public const int FewRewards = 100;

    /// <summary>Decisions in the window.</summary>
    public required int Fill { get; init; }

    /// <summary>Decisions whose reward is not 0; under <see cref="FewRewards"/> the window is too short to see an effect.</summary>
    public required int RewardedCount { get; init; }

    /// <summary>Mean reward of the randomised traffic itself; NaN for an empty window.</summary>
    public required double MeanReward { get; init; }

    /// <summary>Inverse propensity value of the last model.</summary>
    public required Estimate OnlineIps { get; init; }

    /// <summary>Self-normalised value of the last model.</summary>
    public required Estimate OnlineSnips { get; init; }

    /// <summary>Self-normalised value of the best model, or of the last one while there was no best.</summary>
    public required Estimate BestSnips { get; init; }

    /// <summary>Inverse propensity value of the production formula, on the decisions where its class was logged.</summary>
    public required Estimate ProductionIps { get; init; }

    /// <summary>Self-normalised value of the production formula on the same decisions.</summary>
    public required Estimate ProductionSnips { get; init; }

    /// <summary>Last model minus production formula, paired, on the same decisions.</summary>
    public required Estimate Lift { get; init; }

    /// <summary>Mean of −ln of the probability that the last model gave to the class shown; NaN for an empty window.</summary>
    public required double LogLoss { get; init; }

    /// <summary>Share of decisions where the last model's class is the one shown; NaN for an empty window.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Chance that a decision that gained had a higher probability for its class than one that lost; NaN where either is missing.</summary>
    public required double WinLossAuc { get; init; }

    /// <summary>How often the last model chose each class.</summary>
    public required IReadOnlyList<int> PredictedClasses { get; init; }

    /// <summary>Of <see cref="PredictedClasses"/>, in nats: 0 where one class is always chosen; NaN for an empty window.</summary>
    public required double PredictedEntropy { get; init; }

    /// <summary>Share of decisions where the last model chose a class that was shown nowhere in the window, so that the log says nothing of it; NaN for an empty window.</summary>
    public required double SupportGapShare { get; init; }

    /// <summary>Event time of the oldest decision; null for an empty window.</summary>
    public required DateTimeOffset? Oldest { get; init; }

    /// <summary>Event time of the newest decision; null for an empty window.</summary>
    public required DateTimeOffset? Newest { get; init; }

    /// <summary>Computes everything from the entries alone; sums are exact, so that their order changes no bit.</summary>
    /// <param name="entries">Decisions in any order.</param>
    /// <param name="classCount">Classes; every class of an entry is below it.</param>
    public static WindowMetrics Of(ReadOnlySpan<WindowEntry> entries, int classCount)
    {
        var items = entries.ToArray();
        var judged = Array.FindAll(items, e => e.Production >= 0);
        var moved = Array.FindAll(items, e => e.Reward != 0);
        var (shown, predicted) = (new int[classCount], new int[classCount]);
        foreach (var entry in items)
        {
            shown[entry.Shown]++;
            predicted[entry.Predicted]++;
        }
        var online = Array.ConvertAll(items, e => e.Online);
        var judgedOnline = Array.ConvertAll(judged, e => e.Online);
        var production = Array.ConvertAll(judged, e => e.ByProduction);
        return new()
        {
            Fill = items.Length,
            RewardedCount = moved.Length,
            MeanReward = Mean(items),
            OnlineIps = OffPolicy.Ips(online),
            OnlineSnips = OffPolicy.Snips(online),
            BestSnips = OffPolicy.Snips(Array.ConvertAll(items, e => e.Best)),
            ProductionIps = OffPolicy.Ips(production),
            ProductionSnips = OffPolicy.Snips(production),
            Lift = OffPolicy.Difference(judgedOnline, production),
            LogLoss = Evaluation.LogLoss.OfChosen(Array.ConvertAll(items, e => e.ShownProbability)),
            Accuracy = items.Count(e => e.Predicted == e.Shown) / (double)items.Length,
            WinLossAuc = Auc.Compute(Array.ConvertAll(moved, e => e.ShownProbability), Array.ConvertAll(moved, e => e.Reward > 0)),
            PredictedClasses = predicted,
            PredictedEntropy = Entropy(predicted, items.Length),
            SupportGapShare = items.Count(e => shown[e.Predicted] == 0) / (double)items.Length,
            Oldest = items.Length == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(items.Min(e => e.EventMs)),
            Newest = items.Length == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(items.Max(e => e.EventMs)),
        };
    }

    private static double Mean(WindowEntry[] items)
    {
        var sum = new ExactSum();
        foreach (var item in items) sum.Add(item.Reward);
        return sum.Value / items.Length;
    }

    private static double Entropy(int[] counts, int total)
    {
        if (total == 0) return double.NaN;
        var sum = new ExactSum();
        foreach (var count in counts)
        {
            if (count > 0 && count < total) sum.Subtract(count / (double)total * Elementary.Log(count / (double)total));
        }
        return sum.Value;
    }
}
