using Delivery.FastData.Git.Control;

namespace Delivery.FastData.Git;

/// <summary>How an order of <see cref="FastDataControl"/> ended. Unless it is <see cref="Done"/>, nothing was changed.</summary>
public abstract record ControlOutcome
{
    private ControlOutcome() { } // closed: these four and no more

    /// <summary>The order is committed and live.</summary>
    /// <param name="Epoch">The new generation.</param>
    /// <param name="Commit">Its commit.</param>
    public sealed record Done(long Epoch, CommitId Commit) : ControlOutcome
    {
        /// <summary>Models that moved, in the order of names.</summary>
        public IReadOnlyList<ModelMove> Moves { get; init; } = [];

        /// <summary>The commit whose versions came back; null for none.</summary>
        public CommitId? Target { get; init; }

        /// <summary>What else followed from it, each a sentence.</summary>
        public IReadOnlyList<string> Notes { get; init; } = [];

        /// <summary>What was taken out of quarantine.</summary>
        public IReadOnlyList<QuarantinedContent> Released { get; init; } = [];

        /// <summary>What went wrong behind it, in removing what is old; null when nothing did.</summary>
        public string? Warning { get; init; }
    }

    /// <summary>There is nothing to do, or it cannot be done as things stand.</summary>
    /// <param name="Why">A sentence.</param>
    public sealed record Refused(string Why) : ControlOutcome;

    /// <summary>Delivery is frozen; thaw it first.</summary>
    /// <param name="Freeze">Who froze it, why and until when.</param>
    public sealed record Frozen(ControlOrder Freeze) : ControlOutcome;

    /// <summary>Each time another process committed first.</summary>
    /// <param name="Attempts">How often it was tried.</param>
    public sealed record LostRaces(int Attempts) : ControlOutcome;
}
