using System.Text.Json.Serialization;
using Delivery.Evaluation;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Publishing;

/// <summary>What it costs that a model is not published as it was trained, as it stands in the card. A number that does not exist is null.</summary>
public sealed record PublicationReport
{
    /// <summary>A weight that is off by no more than this keeps the delivered bits; 0: none does.</summary>
    public required double ErrorBound { get; init; }

    /// <summary><c>none</c> or <c>bf16</c>.</summary>
    public required string Rounding { get; init; }

    /// <summary>Why no weight could keep its bits; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; init; }

    /// <summary>Share of the weights whose bits are those that were delivered, 0 to 1.</summary>
    public required double KeptWeights { get; init; }

    /// <summary>Largest |published − trained| of a weight.</summary>
    public required double MaxError { get; init; }

    /// <summary>Root of the mean square of published − trained, over all weights.</summary>
    public required double RmsError { get; init; }

    /// <summary>Holdout items that both models decided.</summary>
    public int? HoldoutItems { get; init; }

    /// <summary>Largest |published − trained| of a class's score on these items.</summary>
    public double? MaxScoreDifference { get; init; }

    /// <summary>Share of probability that moves between classes from the trained model to the published one, a mean over the items.</summary>
    public double? ProbabilityShift { get; init; }

    /// <summary>Value per decision of the published model minus that of the trained one, both self-normalised estimates on these items.</summary>
    public double? ValueDifference { get; init; }

    /// <summary>The same, measured on the holdout as well.</summary>
    /// <param name="published">Of the published model against the trained one.</param>
    internal PublicationReport On(HoldoutReplay published) => published.Challenger.Count == 0 ? this : this with
    {
        HoldoutItems = published.Challenger.Count,
        MaxScoreDifference = GateReport.Finite(published.MaxScoreDifference),
        ProbabilityShift = GateReport.Finite(published.ProbabilityShift),
        ValueDifference = GateReport.Finite(OffPolicy.Snips([.. published.Challenger]).Value - OffPolicy.Snips([.. published.Reference]).Value),
    };
}
