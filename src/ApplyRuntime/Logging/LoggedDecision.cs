using Delivery.ApplyRuntime.Settings;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Logging;

/// <summary>One randomised decision, for one model: everything that a pool item and a replay need, but for the features and the outcome.</summary>
public readonly record struct LoggedDecision
{
    /// <summary>As the host named the request; joins the decision with what the user did.</summary>
    public required string RequestId { get; init; }

    /// <summary>When it was decided, on the clock that the salt was taken from.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The vertical whose position was decided.</summary>
    public required string Intent { get; init; }

    /// <summary>The model that shall learn from it.</summary>
    public required string Model { get; init; }

    /// <summary>Of the model's file; 0 while there was no model.</summary>
    public uint ModelVersion { get; init; }

    /// <summary>SHA-256 of the model's file; null while there was no model.</summary>
    public ContentHash? Snapshot { get; init; }

    /// <summary>Requests that the model had been trained on: the n of the explore probability. 0 while there was no model.</summary>
    public ulong RequestCount { get; init; }

    /// <summary>Where the settings take the model from; null for a model that is only trained.</summary>
    public ModelSource? Source { get; init; }

    /// <summary>The generation that was looked at; 0 while there was none, and for sources that have none.</summary>
    public long Epoch { get; init; }

    /// <summary>Commit of that generation; null where there is none.</summary>
    public CommitId? Commit { get; init; }

    /// <summary>Of the settings by which the model is applied: <see cref="ApplyModel.ConfigHash"/>. 0 for a model that is only trained.</summary>
    public ulong ConfigHash { get; init; }

    /// <summary>Classes that were chosen from; the last is "not shown". 0 when it is not known, which happens to foreign randomisation alone.</summary>
    public int ClassCount { get; init; }

    /// <summary>The class around which was explored: what would have been shown otherwise. <see cref="Deciding.Decision.NoClass"/> when there was none.</summary>
    public int Pivot { get; init; }

    /// <summary>The class that the production formula would have shown; null when the host did not say.</summary>
    public int? Production { get; init; }

    /// <summary>The class that was shown.</summary>
    public required int Shown { get; init; }

    /// <summary>The bundle that it was drawn from.</summary>
    public required string Bundle { get; init; }

    /// <summary>Probability of the class shown, given that the decision was randomised: above 0, at most 1.</summary>
    public required double Propensity { get; init; }

    /// <summary>Probability with which this decision was randomised at all; 1 for foreign randomisation, which says nothing of it.</summary>
    public double ExploreProbability { get; init; }

    /// <summary>Somebody else randomised: hash, salt and settings of the bundle are 0, and the pivot is what the model would have shown.</summary>
    public bool External { get; init; }

    /// <summary>The hash that both draws came from: <see cref="Exploring.Draw"/> makes the decision again from it.</summary>
    public uint Hash { get; init; }

    /// <summary>Number of the salt period since 1970.</summary>
    public long SaltBucket { get; init; }

    /// <summary>Length of a salt period in minutes.</summary>
    public int SaltMinutes { get; init; }

    /// <summary>Classes that a local bundle reached on each side of the pivot; 0 for foreign randomisation.</summary>
    public int LocalRadius { get; init; }

    /// <summary>Share of the uniform distribution in the bundle; 0 for foreign randomisation.</summary>
    public double UniformShare { get; init; }

    public string? Locale { get; init; }

    public string? UserInterface { get; init; }

    /// <summary>The experiment that the request belonged to; null for none.</summary>
    public string? Experiment { get; init; }
}
