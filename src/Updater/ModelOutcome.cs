using Delivery.FastData;
using Delivery.FastData.Git;

namespace Delivery.Updater;

/// <summary>What a cycle decided on one model.</summary>
public abstract record ModelOutcome
{
    private ModelOutcome() { } // closed: these four and no more

    /// <summary>As it stands in commit messages and records.</summary>
    public string Word => GetType().Name;

    /// <summary>Why, in one line.</summary>
    public abstract string Reason { get; }

    /// <summary>The candidate passed and is to replace what is delivered, if anything is.</summary>
    /// <param name="Change">Its file and its card, as they are to be committed.</param>
    /// <param name="Card">The same card.</param>
    public sealed record Accepted(ModelChange Change, ModelCard Card) : ModelOutcome
    {
        public override string Reason => OneLine.Of(Card.Gate.Reason);
    }

    /// <summary>The delivered version stays: nothing new, nothing to be had, or nothing to be judged.</summary>
    public sealed record Kept(string Why) : ModelOutcome
    {
        public override string Reason => OneLine.Of(Why);
    }

    /// <summary>There is nothing delivered and nothing to deliver.</summary>
    public sealed record Skipped(string Why) : ModelOutcome
    {
        public override string Reason => OneLine.Of(Why);
    }

    /// <summary>The candidate failed its tests: it goes to the quarantine, and the delivered version stays if there is one.</summary>
    public sealed record Rejected(IReadOnlyList<string> Reasons, ContentHash Content) : ModelOutcome
    {
        public override string Reason => OneLine.Of(string.Join("; ", Reasons));
    }
}
