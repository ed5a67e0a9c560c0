using Delivery.Evaluation;
using Delivery.Training.Windows;

namespace Delivery.Training.Trainers;

/// <summary>How a trainer stands.</summary>
public sealed record TrainerReport
{
    /// <summary>Requests processed, holdout included.</summary>
    public required ulong RequestCount { get; init; }

    /// <summary>Steps taken.</summary>
    public required ulong BatchCount { get; init; }

    /// <summary>Items that wait for the next step.</summary>
    public required int BatchFill { get; init; }

    /// <summary>Steps refused because a weight would not have been finite.</summary>
    public required ulong RefusedSteps { get; init; }

    /// <summary>Items learned with a clipped weight.</summary>
    public required ulong ClippedItems { get; init; }

    /// <summary>Whether there is a best model beside the last.</summary>
    public required bool HasBest { get; init; }

    /// <summary>Euclidean norm of the latest step's mean gradient.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Mean |w| of the last model.</summary>
    public required double MeanAbsoluteWeight { get; init; }

    /// <summary>Newest event time of all requests processed; null for none.</summary>
    public required DateTimeOffset? NewestEvent { get; init; }

    /// <summary>Oldest event time in the batch; null for an empty one.</summary>
    public required DateTimeOffset? OldestPendingEvent { get; init; }

    /// <summary>Items by what became of them; every fate is there.</summary>
    public required IReadOnlyDictionary<ItemFate, ulong> Counts { get; init; }

    /// <summary>Most decisions in the window.</summary>
    public required int WindowSize { get; init; }

    /// <summary>What the window says.</summary>
    public required WindowMetrics Window { get; init; }

    internal static double MeanAbsolute(ReadOnlySpan<float> paddedWeights, int count)
    {
        var sum = new ExactSum();
        foreach (var weight in paddedWeights) sum.Add(Math.Abs(weight));
        return sum.Value / count;
    }
}
