using Delivery.Evaluation;

namespace Delivery.Updater.Validation;

/// <summary>The gate's evidence, as it stands in cards and records. A number that does not exist is null.</summary>
public sealed record GateReport
{
    /// <summary><c>no_harm</c>, <c>undecided</c> or <c>harm</c>.</summary>
    public required string Verdict { get; init; }

    /// <summary>The decision in words.</summary>
    public required string Reason { get; init; }

    /// <summary><c>champion</c>, or <c>logging_policy</c> where there is no champion that takes the same features.</summary>
    public required string Against { get; init; }

    /// <summary>Value of the candidate minus that of what it was compared with, per decision.</summary>
    public double? Difference { get; init; }

    /// <summary>Lower bound of <see cref="Difference"/>, valid at every look; null: none.</summary>
    public double? Low { get; init; }

    /// <summary>Upper bound of <see cref="Difference"/>, valid at every look; null: none.</summary>
    public double? High { get; init; }

    /// <summary>Holdout items compared.</summary>
    public required int Count { get; init; }

    /// <summary>The smaller of the two policies'.</summary>
    public double? EffectiveSampleSize { get; init; }

    /// <summary>Self-normalised value of the candidate with its normal 95 % interval.</summary>
    public PolicyValue? Candidate { get; init; }

    /// <summary>Self-normalised value of what it was compared with.</summary>
    public PolicyValue? Reference { get; init; }

    internal static GateReport Of(HarmTestResult result, bool againstChampion, Estimate candidate, Estimate reference, string reason) => new()
    {
        Verdict = result.Verdict switch { HarmVerdict.Harm => "harm", HarmVerdict.NoHarm => "no_harm", _ => "undecided" },
        Reason = reason,
        Against = againstChampion ? "champion" : "logging_policy",
        Difference = Finite(result.Difference),
        Low = Finite(result.Low),
        High = Finite(result.High),
        Count = result.Count,
        EffectiveSampleSize = Finite(result.EffectiveSampleSize),
        Candidate = PolicyValue.Of(candidate),
        Reference = PolicyValue.Of(reference),
    };

    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>An off-policy estimate of one policy's value per decision. A number that does not exist is null.</summary>
public sealed record PolicyValue(double? Value, double? Low, double? High, double? EffectiveSampleSize, int Count)
{
    internal static PolicyValue? Of(Estimate estimate) => double.IsFinite(estimate.Value)
        ? new(estimate.Value, GateReport.Finite(estimate.Low), GateReport.Finite(estimate.High), GateReport.Finite(estimate.EffectiveSampleSize), estimate.Count)
        : null;
}
