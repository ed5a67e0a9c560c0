using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;
using LibGit2Sharp;

namespace Delivery.FastData.Git.Control;

/// <summary>
/// Finds the version that was delivered before. What a rollback brought back stands where it stood first: one step back from it
/// leads to its own predecessor, not to the version that was rolled back from.
/// </summary>
internal static class PreviousVersion
{
    /// <summary>The commit that delivered the version so many steps back; null when history has fewer, <paramref name="found"/> then says how many.</summary>
    /// <param name="git">The repository.</param>
    /// <param name="tip">Where to start.</param>
    /// <param name="model">The model whose versions count; null for sets of all models.</param>
    /// <param name="steps">1 or more.</param>
    /// <param name="found">How many steps were made.</param>
    public static CommitId? Find(GitReader git, CommitId tip, ModelName? model, int steps, out int found)
    {
        found = 0;
        Commit? commit = git.Commit(tip);
        while (commit is not null)
        {
            var version = VersionOf(commit, model);
            commit = FirstOf(git, commit, version, model);
            if (found == steps) return CommitId.Parse(commit.Sha);
            if (OriginOf(git, commit, version, model) is { } origin)
            {
                commit = origin; // the same version, so no step
                continue;
            }
            // A time in which it was not delivered is no version either.
            do commit = git.Parent(commit);
            while (commit is not null && VersionOf(commit, model) is null);
            if (commit is not null) found++;
        }
        return null;
    }

    // Back along a version to the commit that delivered it.
    private static Commit FirstOf(GitReader git, Commit commit, string? version, ModelName? model)
    {
        while (git.Parent(commit) is { } parent && (commit.Tree[TipState.ModelsFolder]?.Target.Id == parent.Tree[TipState.ModelsFolder]?.Target.Id || VersionOf(parent, model) == version))
        {
            commit = parent;
        }
        return commit;
    }

    // The trailer is what somebody wrote; what counts is that the same version stands there, and earlier.
    private static Commit? OriginOf(GitReader git, Commit commit, string? version, ModelName? model)
    {
        var line = commit.Message.Split('\n').LastOrDefault(line => line.StartsWith(ControlMessage.ToTrailer, StringComparison.Ordinal));
        if (version is null || line is null || !CommitId.TryParse(line[ControlMessage.ToTrailer.Length..].Trim(), out var target)) return null;
        try
        {
            var origin = git.Commit(target);
            return VersionOf(origin, model) == version && CommitText.EpochOf(origin.Message) < CommitText.EpochOf(commit.Message) ? origin : null;
        }
        catch (FastDataException)
        {
            return null; // no such commit: a commit like any other then
        }
    }

    private static string? VersionOf(Commit commit, ModelName? model) =>
        (model is { } name ? commit.Tree[$"{TipState.ModelsFolder}/{name}{TipState.ModelSuffix}"] : commit.Tree[TipState.ModelsFolder])?.Target.Sha;
}
