using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;
using LibGit2Sharp;

namespace Delivery.FastData.Git.History;

/// <summary>A commit on the line of first parents, and the one before it.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Models">Its folder <c>models/</c>; null when it has none.</param>
/// <param name="Before">The same folder of the commit before; null when that has none, or there is no commit before.</param>
internal sealed record LinePoint(Commit Commit, Tree? Models, Tree? Before)
{
    public CommitId Id => CommitId.Parse(Commit.Sha);

    /// <summary>Of the generation, by its committer's clock.</summary>
    public DateTimeOffset When => Commit.Committer.When;

    /// <summary>The blob of a model's file; null when the generation has no such model.</summary>
    public GitId? Weights(ModelName model) => Blob(Models, model + TipState.ModelSuffix);

    /// <summary>Whether another file of weights stands there than before.</summary>
    public bool ChangesWeights(ModelName model) => Changes(model + TipState.ModelSuffix);

    /// <summary>Whether weights or card are others than before.</summary>
    public bool Changes(ModelName model) => Changes(model + TipState.ModelSuffix) || Changes(model + TipState.CardSuffix);

    // Folders with the same id are the same: most commits of a quiet model are done with here.
    private bool Changes(string file) => Models?.Sha != Before?.Sha && Blob(Models, file) != Blob(Before, file);

    private static GitId? Blob(Tree? folder, string file) =>
        folder?[file] is { TargetType: TreeEntryTargetType.Blob } entry ? new GitId(entry.Target.Sha) : null;
}

/// <summary>Walks the line of generations, newest first. Each commit and each folder is looked up once; weights and cards are not read.</summary>
internal sealed class GenerationLine(GitReader git)
{
    /// <summary>From a commit back to the first one, or to the oldest that a shallow repository has.</summary>
    public IEnumerable<LinePoint> From(CommitId start)
    {
        var commit = git.Commit(start);
        var models = ModelsOf(commit);
        while (git.Parent(commit) is { } parent)
        {
            var before = ModelsOf(parent);
            if (before?.Sha == models?.Sha) before = models;
            yield return new LinePoint(commit, models, before);
            (commit, models) = (parent, before);
        }
        yield return new LinePoint(commit, models, null);
    }

    /// <summary>The same as bare commits, for questions about time alone.</summary>
    public IEnumerable<Commit> CommitsFrom(CommitId start)
    {
        for (var commit = git.Commit(start); commit is not null; commit = git.Parent(commit)) yield return commit;
    }

    /// <summary>What the commit says of itself, and which models it touched.</summary>
    public Generation Describe(LinePoint point)
    {
        var commit = point.Commit;
        var changes = git.Changes(point.Before, point.Models).Select(change => (change.IsGone, Model: NameOf(change.Name))).Where(change => change.Model is not null).ToLookup(change => change.IsGone, change => change.Model!.Value);
        return new Generation(CommitText.EpochOf(commit.Message) ?? 0, point.Id, commit.Committer.When, new Actor(commit.Author.Name, commit.Author.Email), commit.Message, [.. changes[false]])
        {
            Removed = [.. changes[true]],
            IsOldestKnown = git.IsShallowBoundary(commit),
        };
    }

    // A commit made by hand may hold anything, and the history before it is to be read all the same.
    private static ModelName? NameOf(string file) =>
        file.EndsWith(TipState.ModelSuffix, StringComparison.Ordinal) && ModelName.TryParse(file[..^TipState.ModelSuffix.Length], out var name, out _) ? name : null;

    private static Tree? ModelsOf(Commit commit) => commit.Tree[TipState.ModelsFolder]?.Target as Tree;
}
