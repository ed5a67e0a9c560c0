using Delivery.Models.Numerics;

namespace Delivery.Evaluation;

/// <summary>Mean of −ln p, p being the probability that was given to what happened, kept within [1e-15, 1 − 1e-15].</summary>
public static class LogLoss
{
    /// <summary>Probabilities are kept this far from 0 and 1, so that one sure mistake does not make the mean infinite.</summary>
    public const double Clip = 1e-15;

    /// <summary>Loss of one prediction; NaN for NaN.</summary>
    /// <param name="probability">What was given to the class or label that happened.</param>
    public static double Of(double probability) => -Elementary.Log(Math.Clamp(probability, Clip, 1 - Clip));

    /// <summary>Mean loss of several predictions; NaN for none.</summary>
    /// <param name="probabilities">What was given to the class that happened, one a decision.</param>
    public static double OfChosen(ReadOnlySpan<double> probabilities)
    {
        var sum = new ExactSum();
        foreach (var probability in probabilities) sum.Add(Of(probability));
        return sum.Value / probabilities.Length;
    }

    /// <summary>Mean loss of yes-or-no predictions; NaN for none.</summary>
    /// <param name="probabilities">Of yes.</param>
    /// <param name="labels">What happened.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double OfBinary(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> labels)
    {
        if (probabilities.Length != labels.Length) throw new ArgumentException($"{probabilities.Length} probabilities were given for {labels.Length} labels.", nameof(labels));
        var sum = new ExactSum();
        for (var i = 0; i < labels.Length; i++) sum.Add(Of(labels[i] ? probabilities[i] : 1 - probabilities[i]));
        return sum.Value / labels.Length;
    }
}
