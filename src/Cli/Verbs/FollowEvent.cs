namespace Delivery.Cli.Verbs;

/// <summary>The lines that <c>delivery follow --json</c> writes; docs/cli.md describes them.</summary>
internal static class FollowEvent
{
    /// <summary>There is nothing to load yet.</summary>
    public sealed record Waiting(string Event, DateTimeOffset At, string Folder);

    /// <summary>A generation is in use.</summary>
    /// <param name="Event"><c>applied</c>.</param>
    /// <param name="At">When it was swapped in.</param>
    /// <param name="Epoch">Its number.</param>
    /// <param name="Commit">Its commit.</param>
    /// <param name="Models">How many models are in use.</param>
    /// <param name="Problems">What could not be loaded.</param>
    public sealed record Applied(string Event, DateTimeOffset At, long Epoch, string Commit, int Models, IReadOnlyList<string> Problems);

    /// <summary>What keeps the reader from all that is published has changed; an empty list says that all is well again.</summary>
    public sealed record Problem(string Event, DateTimeOffset At, IReadOnlyList<string> Problems);

    /// <summary>The last line.</summary>
    /// <param name="Event"><c>end</c>.</param>
    /// <param name="At">Now.</param>
    /// <param name="Epoch">The generation in use at the end; 0 for none.</param>
    /// <param name="Commit">Its commit.</param>
    /// <param name="Reloads">Swaps, the first included.</param>
    /// <param name="FailedReloads">Attempts that left something out.</param>
    /// <param name="Decisions">Decisions made; 0 without <c>--decide</c>.</param>
    /// <param name="Failed">Decisions that no model made or that contradict an earlier one.</param>
    /// <param name="FirstFailure">The first of these in words.</param>
    /// <param name="EpochsSeen">Different generations that decisions were made on.</param>
    /// <param name="Seconds">Time spent on decisions.</param>
    /// <param name="DecisionsPerSecond">Of one thread.</param>
    public sealed record End(
        string Event, DateTimeOffset At, long Epoch, string? Commit, long Reloads, long FailedReloads,
        long Decisions, long Failed, string? FirstFailure, int EpochsSeen, double Seconds, double DecisionsPerSecond);
}
