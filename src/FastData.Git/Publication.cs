using Delivery.Models;

namespace Delivery.FastData.Git;

/// <summary>One model to be delivered.</summary>
/// <param name="Name">The model.</param>
/// <param name="File">Its whole model file; its header has the same name.</param>
/// <param name="Card">Its card: UTF-8 JSON of what it is and on what evidence it is delivered.</param>
public sealed record ModelChange(ModelName Name, ReadOnlyMemory<byte> File, ReadOnlyMemory<byte> Card);

/// <summary>What one commit changes.</summary>
public sealed record Publication
{
    /// <summary>The tip that the decision was taken on; null for an empty history. Another tip is a lost race.</summary>
    public required CommitId? ExpectedTip { get; init; }

    /// <summary>Subject, blank line, body, blank line, trailers. The epoch is added as the last trailer.</summary>
    public required string Message { get; init; }

    /// <summary>Who acts.</summary>
    public Actor Actor { get; init; } = Actor.Service;

    /// <summary>Models to add or replace, each at most once.</summary>
    public IReadOnlyList<ModelChange> Models { get; init; } = [];

    /// <summary>Models to take out of delivery, file and card; history keeps them. One that is not delivered changes nothing.</summary>
    public IReadOnlyList<ModelName> Removed { get; init; } = [];

    /// <summary>Files of <c>control/</c> by name (<c>quarantine.json</c>), to add or replace, or to remove by null.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> Control { get; init; } = new Dictionary<string, ReadOnlyMemory<byte>?>();
}

/// <summary>How a publish ended. A lost race is ordinary; a dead disk or a bug throws.</summary>
public abstract record PublishOutcome
{
    private PublishOutcome() { }

    /// <summary>The generation is committed and live.</summary>
    /// <param name="Epoch">Its number.</param>
    /// <param name="Commit">Its commit.</param>
    /// <param name="Warning">What went wrong behind it, in removing what is old; null when nothing did.</param>
    public sealed record Published(long Epoch, CommitId Commit, string? Warning = null) : PublishOutcome;

    /// <summary>All was as wanted already; no commit was made.</summary>
    public sealed record Unchanged(long Epoch, CommitId? Commit) : PublishOutcome;

    /// <summary>Somebody else committed first; nothing was changed. Read the tip again and decide again.</summary>
    public sealed record LostRace(CommitId? Expected, CommitId? Found) : PublishOutcome;

    /// <summary>Somebody froze delivery, and this publication does not thaw it; nothing was changed.</summary>
    /// <param name="Since">When it was frozen.</param>
    /// <param name="Until">When it ends by itself; null when somebody has to thaw it.</param>
    /// <param name="Actor">Who froze it.</param>
    /// <param name="Reason">Why, one line.</param>
    public sealed record Frozen(DateTimeOffset Since, DateTimeOffset? Until, Actor Actor, string Reason) : PublishOutcome;
}

/// <summary>The delivered state that a decision is taken on.</summary>
/// <param name="Epoch">Number of the generation; 0 when nothing was ever delivered.</param>
/// <param name="Commit">Its commit; null when nothing was ever delivered.</param>
/// <param name="Models">Every delivered model by name.</param>
/// <param name="Control">Content of the files in <c>control/</c> by name.</param>
public sealed record FastDataTip(
    long Epoch, CommitId? Commit, IReadOnlyDictionary<ModelName, ManifestEntry> Models, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Control)
{
    /// <summary>A folder in which nothing was ever delivered.</summary>
    public static FastDataTip Empty { get; } =
        new(0, null, new Dictionary<ModelName, ManifestEntry>(), new Dictionary<string, ReadOnlyMemory<byte>>());
}

/// <summary>Another process holds the folder and did not let go in time.</summary>
public sealed class FolderBusyException : Exception
{
    public FolderBusyException() { }
    public FolderBusyException(string message) : base(message) { }
    public FolderBusyException(string message, Exception innerException) : base(message, innerException) { }
}
