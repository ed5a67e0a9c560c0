using Delivery.Training.Settings;

namespace Delivery.Training.Trainers;

/// <summary>One item as the loss sees it.</summary>
/// <param name="Shown">a: the class shown.</param>
/// <param name="InversePropensity">1/μ, clipped where the settings say so.</param>
/// <param name="Reward">r.</param>
/// <param name="Baseline">b, for <see cref="TrainingObjective.PolicyGradient"/> only.</param>
internal readonly record struct WeightedOutcome(int Shown, double InversePropensity, double Reward, double Baseline);

/// <summary>Derivatives of the loss of one item with respect to the scores z, where π = softmax(z).</summary>
internal static class SoftmaxGradient
{
    /// <summary>
    /// <c>policy_gradient</c>, loss −((r − b)/μ)·πₐ: dL/dzₖ = −((r − b)/μ)·πₐ·([k = a] − πₖ).
    /// <c>ips_ce</c>, loss −(r⁺/μ)·ln πₐ with r⁺ = max(r, 0): dL/dzₖ = (r⁺/μ)·(πₖ − [k = a]).
    /// </summary>
    /// <param name="objective">Which of them.</param>
    /// <param name="item">The item.</param>
    /// <param name="probabilities">π, one a class.</param>
    /// <param name="gradient">Receives dL/dz, one a class.</param>
    public static void Compute(TrainingObjective objective, WeightedOutcome item, ReadOnlySpan<double> probabilities, Span<double> gradient)
    {
        var scale = objective switch
        {
            TrainingObjective.PolicyGradient => (item.Reward - item.Baseline) * item.InversePropensity * probabilities[item.Shown],
            TrainingObjective.IpsCrossEntropy => Math.Max(item.Reward, 0) * item.InversePropensity,
            _ => throw new ArgumentOutOfRangeException(nameof(objective), objective, "An unknown objective."),
        };
        for (var k = 0; k < gradient.Length; k++) gradient[k] = scale * (probabilities[k] - (k == item.Shown ? 1 : 0));
    }
}
