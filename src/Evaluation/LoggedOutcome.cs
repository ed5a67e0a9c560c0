namespace Delivery.Evaluation;

/// <summary>One logged decision as a policy under evaluation sees it.</summary>
/// <param name="Propensity">μ: probability with which the logging policy chose the logged class, in (0, 1].</param>
/// <param name="Reward">What the logged class gained.</param>
/// <param name="TargetProbability">π: probability with which the evaluated policy would have chosen the logged class, in [0, 1]; 1 or 0 for a deterministic one.</param>
public readonly record struct LoggedOutcome(double Propensity, double Reward, double TargetProbability)
{
    /// <summary>Importance weight π / μ.</summary>
    public double Weight => TargetProbability / Propensity;
}
