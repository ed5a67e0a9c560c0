using Delivery.Evaluation;

namespace Delivery.Training.Windows;

/// <summary>One logged decision, and what the models would have done before learning from it.</summary>
/// <param name="EventMs">Event time in milliseconds since 1970.</param>
/// <param name="Shown">The class shown.</param>
/// <param name="Predicted">The class of highest score of the last model.</param>
/// <param name="BestPredicted">The same of the best model; of the last one while there is no best.</param>
/// <param name="Production">The class of the production formula; -1 where it was not logged.</param>
/// <param name="Propensity">Probability with which <paramref name="Shown"/> was chosen.</param>
/// <param name="Reward">What it gained.</param>
/// <param name="ShownProbability">Probability that the last model gave to <paramref name="Shown"/>.</param>
public readonly record struct WindowEntry(long EventMs, int Shown, int Predicted, int BestPredicted, int Production, double Propensity, double Reward, double ShownProbability)
{
    /// <summary>As the last model, which always takes its highest score, would have logged it.</summary>
    public LoggedOutcome Online => For(Predicted);

    /// <summary>As the best model would have logged it.</summary>
    public LoggedOutcome Best => For(BestPredicted);

    /// <summary>As the production formula would have logged it.</summary>
    public LoggedOutcome ByProduction => For(Production);

    private LoggedOutcome For(int predicted) => new(Propensity, Reward, predicted == Shown ? 1 : 0);
}
