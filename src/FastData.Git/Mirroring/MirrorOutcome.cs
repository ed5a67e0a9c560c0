namespace Delivery.FastData.Git.Mirroring;

/// <summary>How one poll of the remote ended. Whatever it is, the folder goes on serving the generation that it says.</summary>
/// <param name="Epoch">The generation that is live after the poll; 0 for none.</param>
/// <param name="Commit">Its commit; null for none.</param>
public abstract record MirrorOutcome(long Epoch, CommitId? Commit)
{
    /// <summary>How long the poll took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether all is as it must be.</summary>
    public bool IsGood => this is Advanced or UpToDate;

    /// <summary>A newer generation is live.</summary>
    /// <param name="Epoch">Its number.</param>
    /// <param name="Commit">Its commit.</param>
    /// <param name="Models">How many models it has.</param>
    /// <param name="ChangedModels">How many of them are new or changed.</param>
    /// <param name="Warning">What went wrong behind it, in cleaning up; null when nothing did.</param>
    public sealed record Advanced(long Epoch, CommitId? Commit, int Models, int ChangedModels, string? Warning) : MirrorOutcome(Epoch, Commit);

    /// <summary>The remote has nothing newer.</summary>
    /// <param name="Epoch">The live generation.</param>
    /// <param name="Commit">Its commit.</param>
    /// <param name="Warning">What went wrong in cleaning up, or is wrong with the signature of what is live; null when nothing is.</param>
    public sealed record UpToDate(long Epoch, CommitId? Commit, string? Warning = null) : MirrorOutcome(Epoch, Commit);

    /// <summary>The remote has something that must not be served here: it went back, was rewritten, is not sound, is not signed as it must be, or not allowed.</summary>
    /// <param name="Epoch">The live generation, which stays.</param>
    /// <param name="Commit">Its commit.</param>
    /// <param name="Found">What the remote's branch points at.</param>
    /// <param name="Reason">Why it was refused and what was expected.</param>
    public sealed record Refused(long Epoch, CommitId? Commit, CommitId Found, string Reason) : MirrorOutcome(Epoch, Commit);

    /// <summary>The remote could not be asked, or something here failed; the next poll tries again.</summary>
    /// <param name="Epoch">The live generation, which stays.</param>
    /// <param name="Commit">Its commit.</param>
    /// <param name="Reason">What happened.</param>
    public sealed record Failed(long Epoch, CommitId? Commit, string Reason) : MirrorOutcome(Epoch, Commit);
}

/// <summary>A mirror at one moment. Immutable.</summary>
/// <param name="From">The remote, without password.</param>
/// <param name="Branch">The remote's branch.</param>
/// <param name="Folder">The folder that follows it.</param>
/// <param name="Epoch">The live generation; 0 for none, or before the first poll.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Last">How the last poll ended; null before the first.</param>
/// <param name="LastPoll">When that was.</param>
/// <param name="LastContact">When the remote was last found to have nothing newer, or something newer that was taken.</param>
/// <param name="LastAdvance">When a newer generation became live.</param>
/// <param name="ConsecutiveFailures">Polls in a row that were refused or failed.</param>
public sealed record MirrorStatus(
    string From, string Branch, string Folder, long Epoch, CommitId? Commit, MirrorOutcome? Last,
    DateTimeOffset? LastPoll, DateTimeOffset? LastContact, DateTimeOffset? LastAdvance, int ConsecutiveFailures)
{
    internal MirrorStatus After(MirrorOutcome outcome, DateTimeOffset now) => this with
    {
        Epoch = outcome.Epoch,
        Commit = outcome.Commit,
        Last = outcome,
        LastPoll = now,
        LastContact = outcome.IsGood ? now : LastContact,
        LastAdvance = outcome is MirrorOutcome.Advanced ? now : LastAdvance,
        ConsecutiveFailures = outcome.IsGood ? 0 : ConsecutiveFailures + 1,
    };
}
