using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>Says where weights are that the repository knows of and does not have.</summary>
internal static class ColdNotice
{
    /// <summary>The message for weights of a commit that cannot be read. Their month follows from the history: that of the commit which replaced them.</summary>
    public static string For(FolderLayout layout, GitReader git, ModelName name, CommitId commit, GitId weights)
    {
        var path = $"{TipState.ModelsFolder}/{name}{TipState.ModelSuffix}";
        var start = $"The weights of '{name}' as of commit {commit.Short} (blob {weights.Hex[..8]})";
        if (ReplacedAt(git, path, commit, weights) is not { } when) return $"{start} are missing from the history. Look with: git fsck.";
        var month = OldWeights.MonthOf(when);
        var directory = ColdSide.ReadAlternates(layout).FirstOrDefault(line => line.TrimEnd('/').EndsWith(Path.Combine(month, "objects"), StringComparison.Ordinal));
        return directory is null ? $"{start} are missing from the history, and no cold directory of {month} is joined to it. Look with: git fsck."
            : Directory.Exists(directory) ? $"{start} belong to the cold month {month}, but '{directory}' lacks them. Restore that directory from its archive."
            : $"{start} are on the cold side, and its month {month} is not there: '{directory}'. Mount or restore that directory; card, hash and history are still here.";
    }

    private static DateTimeOffset? ReplacedAt(GitReader git, string path, CommitId commit, GitId weights)
    {
        DateTimeOffset? replaced = null;
        for (var at = git.Tip is { } tip ? git.Commit(tip) : null; at is not null && at.Sha != commit.Hex; at = git.Parent(at))
        {
            var (here, before) = (at.Tree[path]?.Target.Sha, git.Parent(at)?.Tree[path]?.Target.Sha);
            if (before == weights.Hex && here != weights.Hex) replaced = at.Committer.When;
        }
        return replaced;
    }
}
