using Delivery.Evaluation;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;

namespace Delivery.Updater.Validation;

/// <summary>The holdout as the challenger and what it is compared with would have decided it, item by item in the same order.</summary>
public sealed class HoldoutReplay
{
    private HoldoutReplay(bool againstChampion) => AgainstChampion = againstChampion;

    /// <summary>False where there is no champion that takes these features: then the challenger is compared with the policy that logged the items.</summary>
    public bool AgainstChampion { get; }

    /// <summary>Items that were left out: other features, an unknown class, a propensity outside (0, 1], a reward or a score that is no number.</summary>
    public int LeftOut { get; private set; }

    /// <summary>The challenger's policy; it decides for one class, so π is 0 or 1.</summary>
    public IReadOnlyList<LoggedOutcome> Challenger => _challenger;

    /// <summary>The champion's policy, or the logging one, for which π = μ.</summary>
    public IReadOnlyList<LoggedOutcome> Reference => _reference;

    /// <summary>Items by the class that the challenger decides for.</summary>
    public required IReadOnlyList<int> ChallengerClasses { get; init; }

    /// <summary>Items by the class that the champion decides for; all 0 without one.</summary>
    public required IReadOnlyList<int> ChampionClasses { get; init; }

    private readonly List<LoggedOutcome> _challenger = [];
    private readonly List<LoggedOutcome> _reference = [];

    public static HoldoutReplay Of(IReadOnlyList<PoolItem> items, LoadedModel challenger, LoadedModel? champion)
    {
        var rival = champion is not null && champion.TakesFeaturesOf(challenger) ? champion : null;
        var classes = Math.Max(challenger.Scorer.ClassCount, rival?.Scorer.ClassCount ?? 0);
        var (challengerClasses, championClasses) = (new int[classes], new int[classes]);
        var replay = new HoldoutReplay(rival is not null) { ChallengerClasses = challengerClasses, ChampionClasses = championClasses };
        var features = new float[challenger.Scorer.FeatureCount];
        var scores = new float[classes];
        foreach (var item in items)
        {
            if (!IsUsable(item, features.Length, classes) || Decide(challenger, item, features, scores) is not (>= 0 and var chosen)
                || (rival is null ? 0 : Decide(rival, item, features, scores)) is not (>= 0 and var championChosen))
            {
                replay.LeftOut++;
                continue;
            }
            challengerClasses[chosen]++;
            if (rival is not null) championClasses[championChosen]++;
            replay._challenger.Add(new LoggedOutcome(item.Propensity, item.Reward, chosen == item.Shown ? 1 : 0));
            replay._reference.Add(new LoggedOutcome(item.Propensity, item.Reward, rival is null ? item.Propensity : championChosen == item.Shown ? 1 : 0));
        }
        return replay;
    }

    private static bool IsUsable(PoolItem item, int featureCount, int classes) =>
        item.Features.Count == featureCount && item.Shown < classes && item.Propensity is > 0 and <= 1 && double.IsFinite(item.Reward);

    private static int Decide(LoadedModel model, PoolItem item, float[] features, float[] scores)
    {
        item.Features.CopyTo(features, 0);
        var own = scores.AsSpan(0, model.Scorer.ClassCount);
        model.Scorer.Score(model.File.Span, features, own);
        return Scorer.Best(own);
    }
}
