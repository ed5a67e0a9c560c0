using Delivery.Models;

namespace Delivery.FastData.Git.History;

/// <summary>Which generations are asked for. Times are those of the commits.</summary>
public sealed record HistoryQuery
{
    /// <summary>Only generations that changed this model, its card included; null for all.</summary>
    public ModelName? Model { get; init; }

    /// <summary>Where to begin; null for the newest.</summary>
    public CommitId? From { get; init; }

    /// <summary>No generation older than this; null for no bound. Reading stops where a commit is a day older, so that a clock that went back hides nothing.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>No generation newer than this; null for no bound.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>What was live from one moment to another.</summary>
/// <param name="Generation">The generation.</param>
/// <param name="Since">From when: the latest time of its own commit and of all before it, since a clock may have gone back.</param>
/// <param name="Next">The generation that took its place; null when it is still the newest.</param>
public sealed record LiveGeneration(Generation Generation, DateTimeOffset Since, Generation? Next);

/// <summary>One version of a model: the same weights over one or more generations.</summary>
/// <param name="Name">The model.</param>
/// <param name="AsOf">The generation that was asked about.</param>
/// <param name="Since">The generation that brought these weights.</param>
/// <param name="Next">The generation that brought others, or took the model out; null when none has.</param>
public sealed record ModelVersion(ModelName Name, CommitId AsOf, Generation Since, Generation? Next);
