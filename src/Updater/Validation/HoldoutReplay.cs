using Delivery.Evaluation;
using Delivery.Models.Kinds;
using Delivery.Models.Numerics;
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

    /// <summary>
    /// Share of probability that moves between classes from champion to challenger: ½ Σₖ |pₖ − qₖ| of the softmax of their scores, a
    /// mean over the items; 0 without a champion of as many classes. The best class of a young model jumps at a touch, its
    /// probabilities do not.
    /// </summary>
    public double ProbabilityShift => _challenger.Count == 0 ? 0 : _shift / _challenger.Count;

    /// <summary>Largest difference of a class's score between both; 0 without a champion of as many classes.</summary>
    public double MaxScoreDifference { get; private set; }

    /// <summary>There is a champion that takes these features, and both chose the same class on every item, shown or not.</summary>
    public bool SameChoices => AgainstChampion && _challenger.Count > 0 && !_differs;

    private readonly List<LoggedOutcome> _challenger = [];
    private readonly List<LoggedOutcome> _reference = [];
    private double _shift;
    private bool _differs;

    public static HoldoutReplay Of(IReadOnlyList<PoolItem> items, LoadedModel challenger, LoadedModel? champion)
    {
        var rival = champion is not null && champion.TakesFeaturesOf(challenger) ? champion : null;
        var classes = Math.Max(challenger.Scorer.ClassCount, rival?.Scorer.ClassCount ?? 0);
        var comparable = rival?.Scorer.ClassCount == challenger.Scorer.ClassCount;
        var replay = new HoldoutReplay(rival is not null);
        var features = new float[challenger.Scorer.FeatureCount];
        var (scores, rivalScores) = (new float[challenger.Scorer.ClassCount], new float[rival?.Scorer.ClassCount ?? 0]);
        var (probabilities, rivalProbabilities) = (new double[scores.Length], new double[rivalScores.Length]);
        foreach (var item in items)
        {
            if (!IsUsable(item, features.Length, classes) || Decide(challenger, item, features, scores) is not (>= 0 and var chosen)
                || (rival is null ? 0 : Decide(rival, item, features, rivalScores)) is not (>= 0 and var championChosen))
            {
                replay.LeftOut++;
                continue;
            }
            if (comparable)
            {
                Softmax.Compute(scores, probabilities);
                Softmax.Compute(rivalScores, rivalProbabilities);
                for (var k = 0; k < probabilities.Length; k++)
                {
                    replay._shift += Math.Abs(probabilities[k] - rivalProbabilities[k]) / 2;
                    replay.MaxScoreDifference = Math.Max(replay.MaxScoreDifference, Math.Abs(scores[k] - (double)rivalScores[k]));
                }
            }
            replay._differs |= chosen != championChosen;
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
        model.Scorer.Score(model.File.Span, features, scores);
        return Scorer.Best(scores);
    }
}
