namespace Delivery.Training.Trainers;

/// <summary>What a reward is compared with: the mean of those before it, which turns into an exponentially moving one.</summary>
/// <remarks>
/// m += (r − m) · max(1/n, 1 − decay): until 1/(1 − decay) rewards have gone in it is their plain mean, so that the start is
/// not biased towards 0. A decay of 0 switches the baseline off.
/// </remarks>
internal sealed class RewardBaseline(double decay)
{
    /// <summary>The baseline for the next reward; 0 before the first.</summary>
    public double Mean { get; private set; }

    /// <summary>Rewards that have gone in.</summary>
    public ulong Count { get; private set; }

    public void Add(double reward)
    {
        Count++;
        if (decay > 0) Mean += (reward - Mean) * Math.Max(1.0 / Count, 1 - decay);
    }

    public void Restore(double mean, ulong count) => (Mean, Count) = (decay > 0 ? mean : 0, count);
}
