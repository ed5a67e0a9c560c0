using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Maintaining;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;
using LibGit2Sharp;

namespace Delivery.FastData.Git;

/// <summary>One generation in the history.</summary>
/// <param name="Epoch">Its number.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="When">When it was committed, by the committer's clock.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Message">The whole message, trailers included.</param>
/// <param name="Models">Models that it added or changed, by name.</param>
public sealed record Generation(long Epoch, CommitId Commit, DateTimeOffset When, Actor Actor, string Message, IReadOnlyList<ModelName> Models)
{
    /// <summary>The first line of the message.</summary>
    public string Subject => Message.Split('\n')[0];

    /// <summary>Models that it took out of delivery, by name.</summary>
    public IReadOnlyList<ModelName> Removed { get; init; } = [];

    /// <summary>History is cut off below it, as in a mirror; so all of its models seem to be its own.</summary>
    public bool IsOldestKnown { get; init; }

    /// <summary>The trailers of the message.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers => CommitTrailers.Of(Message);
}

/// <summary>One model as of one commit.</summary>
/// <param name="Name">The model.</param>
/// <param name="Commit">The commit that was asked for.</param>
/// <param name="File">Its model file.</param>
/// <param name="Card">Its card, UTF-8 JSON.</param>
public sealed record DeliveredModel(ModelName Name, CommitId Commit, ReadOnlyMemory<byte> File, ReadOnlyMemory<byte> Card);

/// <summary>Reads what was delivered, when, by whom and why. Writes nothing and takes no lock; any thread may call.</summary>
public sealed class FastDataHistory(string folder)
{
    private static readonly TimeSpan ClockSlop = TimeSpan.FromDays(1);
    private readonly FolderLayout _layout = new(folder);

    /// <summary>Whether there is a history at all.</summary>
    /// <exception cref="FastDataException">The folder is one of something else.</exception>
    public bool Exists
    {
        get
        {
            RepositorySetup.Check(_layout);
            return RepositorySetup.Exists(_layout);
        }
    }

    /// <summary>The commit that a person means: a full or shortened id, <c>main</c>, <c>main~2</c>.</summary>
    /// <exception cref="FastDataException">It names none, or several.</exception>
    public CommitId Resolve(string revision)
    {
        using var git = new GitReader(_layout);
        return git.Resolve(revision);
    }

    /// <summary>Generations from the newest back, read as they are asked for.</summary>
    /// <param name="model">Only generations that changed this model; null for all.</param>
    /// <param name="from">Where to begin; null for the newest.</param>
    /// <exception cref="FastDataException">There is no history, no such commit, or it is damaged.</exception>
    public IEnumerable<Generation> Read(ModelName? model = null, CommitId? from = null) => Read(new HistoryQuery { Model = model, From = from });

    /// <summary>Generations from the newest back, read as they are asked for. Only commits and trees are read: weights may be elsewhere.</summary>
    /// <exception cref="FastDataException">There is no history, no such commit, or it is damaged.</exception>
    public IEnumerable<Generation> Read(HistoryQuery query)
    {
        using var git = new GitReader(_layout);
        if ((query.From ?? git.Tip) is not { } start) yield break;
        var line = new GenerationLine(git);
        foreach (var point in line.From(start))
        {
            if (query.Since is { } since && point.When < since)
            {
                if (point.When < since - ClockSlop) yield break;
                continue;
            }
            if (query.Until is { } until && point.When > until) continue;
            if (query.Model is { } name && !point.Changes(name)) continue;
            yield return line.Describe(point);
        }
    }

    /// <summary>
    /// What was live at a moment: the newest generation on the line of first parents with no later time on it or on any before it.
    /// So a clock that went back makes no older generation live again. Null before the first, or before the oldest that a shallow repository has.
    /// </summary>
    /// <remarks>Every commit is looked at, none of the trees, weights and cards.</remarks>
    /// <exception cref="FastDataException">There is no history, or it is damaged.</exception>
    public LiveGeneration? LiveAt(DateTimeOffset time)
    {
        using var git = new GitReader(_layout);
        if (git.Tip is not { } tip) return null;
        var line = new GenerationLine(git);
        (Commit? found, Commit? next, Commit? newer) = (null, null, null);
        var since = DateTimeOffset.MinValue;
        foreach (var commit in line.CommitsFrom(tip))
        {
            var when = commit.Committer.When;
            if (when > time) found = null;
            else if (found is null) (found, next, since) = (commit, newer, when);
            else if (when > since) since = when;
            newer = commit;
        }
        return found is null ? null : new LiveGeneration(Describe(line, found), since, next is null ? null : Describe(line, next));
    }

    /// <summary>The version of a model as of a commit: since which generation and until which. Null when that generation has no such model.</summary>
    /// <param name="name">The model.</param>
    /// <param name="commit">The generation; null for the newest.</param>
    /// <exception cref="FastDataException">There is no such commit, or it is damaged.</exception>
    public ModelVersion? Version(ModelName name, CommitId? commit = null)
    {
        using var git = new GitReader(_layout);
        if (git.Tip is not { } tip) return null;
        var asOf = commit ?? tip;
        var line = new GenerationLine(git);
        LinePoint? next = null;
        var reached = false;
        foreach (var point in line.From(tip))
        {
            reached |= point.Id == asOf;
            var changes = point.ChangesWeights(name);
            if (!reached) next = changes ? point : next;
            else if (point.Weights(name) is null) return null;
            else if (changes) return Found(point, next);
        }
        // A commit beside the line has no next version.
        return !reached && line.From(asOf).FirstOrDefault(point => point.ChangesWeights(name) || point.Weights(name) is null) is { } since && since.Weights(name) is not null
            ? Found(since, null) : null;

        ModelVersion Found(LinePoint since, LinePoint? next) => new(name, asOf, line.Describe(since), next is null ? null : line.Describe(next));
    }

    /// <summary>The generation before one; null for the first, and for the oldest that a shallow repository has.</summary>
    /// <exception cref="FastDataException">There is no such commit, or it is damaged.</exception>
    public CommitId? Before(CommitId commit)
    {
        using var git = new GitReader(_layout);
        return git.Parent(git.Commit(commit)) is { } parent ? CommitId.Parse(parent.Sha) : null;
    }

    /// <summary>The oldest generation that this repository has; null when there is none.</summary>
    /// <exception cref="FastDataException">The history is damaged.</exception>
    public Generation? Oldest()
    {
        using var git = new GitReader(_layout);
        var line = new GenerationLine(git);
        return git.Tip is { } tip ? Describe(line, line.CommitsFrom(tip).Last()) : null;
    }

    /// <summary>The first generation that ever had a model's weights as they are at a commit: the one that a rollback went back to. Null when there is no such model there.</summary>
    /// <exception cref="FastDataException">There is no such commit, or it is damaged.</exception>
    public Generation? Origin(ModelName name, CommitId commit)
    {
        using var git = new GitReader(_layout);
        var line = new GenerationLine(git);
        GitId? wanted = null;
        LinePoint? oldest = null;
        foreach (var point in line.From(commit))
        {
            if (point.Id == commit && (wanted = point.Weights(name)) is null) return null;
            if (point.ChangesWeights(name) && point.Weights(name) == wanted) oldest = point;
        }
        return oldest is null ? null : line.Describe(oldest);
    }

    /// <summary>The models of a generation, ordered by name; no weights are read.</summary>
    /// <exception cref="FastDataException">There is no such commit, or it is damaged.</exception>
    public IReadOnlyList<ModelName> ModelsAt(CommitId commit)
    {
        using var git = new GitReader(_layout);
        return [.. TipState.ModelBlobs(GitReader.Folder(git.Commit(commit), TipState.ModelsFolder)).Select(model => model.Name).Order()];
    }

    /// <summary>A model's card as of a commit; null when the generation has no such model or it has no card. Its weights are not read.</summary>
    /// <exception cref="FastDataException">There is no such commit, or it is damaged.</exception>
    public ReadOnlyMemory<byte>? FindCard(ModelName name, CommitId commit)
    {
        using var git = new GitReader(_layout);
        return BlobOf(git.Commit(commit).Tree, name + TipState.CardSuffix) is { } card ? (ReadOnlyMemory<byte>?)git.Blob(card) : null;
    }

    /// <summary>A model as it was delivered at a commit; null when that generation had no such model.</summary>
    /// <exception cref="FastDataException">There is no such commit, it is damaged, or its weights are on the cold side and that is away; the message names the directory.</exception>
    public DeliveredModel? Find(ModelName name, CommitId commit)
    {
        using var git = new GitReader(_layout);
        var tree = git.Commit(commit).Tree;
        return BlobOf(tree, name + TipState.ModelSuffix) is { } file
            ? new DeliveredModel(name, commit, git.Has(file) ? git.Blob(file) : throw new FastDataException(ColdNotice.For(_layout, git, name, commit, file)), BlobOf(tree, name + TipState.CardSuffix) is { } card ? git.Blob(card) : default)
            : null;
    }

    /// <summary>The files of <c>control/</c> as of a commit, by name.</summary>
    /// <exception cref="FastDataException">There is no such commit, or it is damaged.</exception>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> ReadControl(CommitId commit)
    {
        using var git = new GitReader(_layout);
        return TipState.ReadControl(git, GitReader.Folder(git.Commit(commit), TipState.ControlFolder));
    }

    private static Generation Describe(GenerationLine line, Commit commit) => line.Describe(line.From(CommitId.Parse(commit.Sha)).First());

    private static GitId? BlobOf(Tree? tree, string file) =>
        tree?[$"{TipState.ModelsFolder}/{file}"] is { TargetType: TreeEntryTargetType.Blob } entry ? new GitId(entry.Target.Sha) : null;
}
