using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.FastData;
using Delivery.Models;

namespace Delivery.ApplyRuntime;

/// <summary>Whether a runtime has models.</summary>
public enum RuntimeState
{
    /// <summary>No generation has been loaded yet; decisions fall back.</summary>
    Waiting,

    /// <summary>A generation is loaded, if perhaps not the newest: see <see cref="RuntimeStatus.Problems"/>.</summary>
    Ready,

    /// <summary>The runtime is disposed; decisions fall back.</summary>
    Closed,
}

/// <summary>One model of the generation in use.</summary>
/// <param name="Name">The model.</param>
/// <param name="Kind">How it is scored.</param>
/// <param name="Content">SHA-256 of its file.</param>
/// <param name="ModelVersion">Raised by hand when the model was trained anew.</param>
/// <param name="RequestCount">Requests that its trainer had processed.</param>
/// <param name="TrainedUntil">Time of the newest event that it learned from; null when its file does not say.</param>
/// <param name="Created">Event time of its export; null when its file does not say.</param>
/// <param name="ClassCount">Classes that it chooses from.</param>
/// <param name="FeatureCount">Length of its feature vector.</param>
public sealed record ModelStatus(
    ModelName Name, string Kind, ContentHash Content, uint ModelVersion, ulong RequestCount,
    DateTimeOffset? TrainedUntil, DateTimeOffset? Created, int ClassCount, int FeatureCount)
{
    /// <summary>Bytes that it holds in memory; of a mapped one, bytes that it shares with other processes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Whether its file is mapped; if not, the process has a copy.</summary>
    public bool IsMapped { get; init; }
}

/// <summary>Something that keeps the runtime from what is published, as long as it lasts.</summary>
/// <param name="Model">The model that could not be loaded; null when it is CURRENT, the manifest or a whole generation.</param>
/// <param name="Message">Names the file, what stands there and what was expected.</param>
public sealed record RuntimeProblem(ModelName? Model, string Message)
{
    /// <summary>The model, when it is one, and the message.</summary>
    public override string ToString() => Model is { } model ? $"{model}: {Message}" : Message;
}

/// <summary>The last thing that went wrong; it stays after it was put right.</summary>
public sealed record RuntimeError(string Message, DateTimeOffset At)
{
    /// <summary>The one that happened last, of equal times the second; null for none.</summary>
    internal static RuntimeError? Newer(RuntimeError? first, RuntimeError? second) =>
        second is null || first?.At > second.At ? first : second;
}

/// <summary>How often no model decided, by reason, since the runtime was opened.</summary>
public sealed record FallbackCounts(long NoGeneration, long NoModel, long WrongFeatureCount, long NotFinite, long TooFewScores, long WrongClassCount, long NoSource)
{
    public long Total => NoGeneration + NoModel + WrongFeatureCount + NotFinite + TooFewScores + WrongClassCount + NoSource;

    /// <summary>Each reason with its count, zeros included.</summary>
    public IEnumerable<(FallbackReason Reason, long Count)> ByReason() =>
    [
        (FallbackReason.NoGeneration, NoGeneration), (FallbackReason.NoModel, NoModel), (FallbackReason.WrongFeatureCount, WrongFeatureCount),
        (FallbackReason.NotFinite, NotFinite), (FallbackReason.TooFewScores, TooFewScores), (FallbackReason.WrongClassCount, WrongClassCount),
        (FallbackReason.NoSource, NoSource),
    ];
}

/// <summary>What a runtime has loaded, how old it is and what went wrong: a snapshot, taken at <see cref="AsOf"/>.</summary>
public sealed record RuntimeStatus
{
    /// <summary>The folder that is followed.</summary>
    public required string Folder { get; init; }

    public RuntimeState State { get; init; }

    /// <summary>Time of this snapshot; the ages are counted to it.</summary>
    public DateTimeOffset AsOf { get; init; }

    /// <summary>Number of the generation in use; 0 while there is none.</summary>
    public long Epoch { get; init; }

    /// <summary>Commit of the generation in use; null while there is none.</summary>
    public CommitId? Commit { get; init; }

    /// <summary>When the generation in use was swapped in; null while there is none.</summary>
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>Time of its commit, on the host that published it; null while there is none, or when its manifest is of before this was written down.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>The models in use, ordered by name.</summary>
    public IReadOnlyList<ModelStatus> Models { get; init; } = [];

    /// <summary>Swaps so far, the first included.</summary>
    public long Reloads { get; init; }

    /// <summary>Attempts that left something out, or all.</summary>
    public long FailedReloads { get; init; }

    /// <summary>Failed attempts since the last one without a problem.</summary>
    public long ConsecutiveFailures { get; init; }

    /// <summary>Since when something has been wrong without a break; null when nothing is.</summary>
    public DateTimeOffset? ProblemsSince { get; init; }

    /// <summary>What is wrong now; empty when all that is published is in use.</summary>
    public IReadOnlyList<RuntimeProblem> Problems { get; init; } = [];

    /// <summary>Why there is nothing to load yet: no folder, or no CURRENT in it. Null when there is, or when <see cref="Problems"/> says it.</summary>
    internal string? NothingYet { get; init; }

    /// <summary>The last thing that went wrong, put right or not: a reload, a handler, a listener of the meter, an overdue lease. Null when nothing ever did.</summary>
    public RuntimeError? LastError { get; init; }

    /// <summary>Older generations that a lease still holds in memory.</summary>
    public int RetiredGenerations { get; init; }

    /// <summary>Leases that hold them for too long, the oldest first. They keep nothing from being used, so they are no problem and no matter of health; the first sight of one is also told as <see cref="LastError"/>. Empty unless <see cref="RuntimeOptions.ReportLeasesAfter"/> asks for it. Once closed, all that are still held.</summary>
    public IReadOnlyList<OverdueLease> OverdueLeases { get; init; } = [];

    /// <summary>Bytes of all models in memory: those in use, and those that a lease still holds.</summary>
    public long HeldBytes { get; init; }

    /// <summary>When the loader last looked at CURRENT. A time far back means that the loader hangs, in the file system or in a handler.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Whether file events are being received; without them a change is seen one poll later.</summary>
    public bool FileEvents { get; init; }

    /// <summary>The configuration in use.</summary>
    public ConfigurationStatus Configuration { get; init; } = new();

    /// <summary>The models that are pulled from the training store, ordered by name; empty without one.</summary>
    public IReadOnlyList<PulledModelStatus> TrainingModels { get; init; } = [];

    /// <summary>What became of models that came with documents; null where none are taken.</summary>
    public DocumentModelsStatus? DocumentModels { get; init; }

    /// <summary>Randomised decisions that were not logged, as the sink threw an exception.</summary>
    public long LostRecords { get; init; }

    /// <summary>Randomised decisions that the sink had to drop, as its queue was full or its disk is gone.</summary>
    public long DroppedRecords { get; init; }

    /// <summary>How often no model decided.</summary>
    public FallbackCounts Fallbacks { get; init; } = new(0, 0, 0, 0, 0, 0, 0);

    /// <summary>How many decisions were made, by source and result; those that occurred.</summary>
    public IReadOnlyList<DecisionCount> Decisions { get; init; } = [];

    /// <summary>The file that tells others what is in use; null without <see cref="RuntimeOptions.Acknowledgements"/>.</summary>
    public AcknowledgementStatus? Acknowledgement { get; init; }

    /// <summary>Time since the commit of the generation in use; not known while <see cref="PublishedAt"/> is not. Below 0 where the two clocks differ.</summary>
    public TimeSpan? PublishedAge => AsOf - PublishedAt;

    /// <summary>Time since the generation in use was swapped in.</summary>
    public TimeSpan? AppliedAge => AsOf - AppliedAt;

    /// <summary>Time since the newest event that any model in use learned from; null when no model says.</summary>
    public TimeSpan? NewestTrainedAge => AsOf - Models.Max(m => m.TrainedUntil);

    /// <summary>The same of the model that is furthest behind.</summary>
    public TimeSpan? OldestTrainedAge => AsOf - Models.Min(m => m.TrainedUntil);
}
