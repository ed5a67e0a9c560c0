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
/// <param name="When">When it was committed.</param>
/// <param name="Actor">Who did it.</param>
/// <param name="Message">The whole message, trailers included.</param>
/// <param name="Models">Models that it added or changed, by name.</param>
public sealed record Generation(long Epoch, CommitId Commit, DateTimeOffset When, Actor Actor, string Message, IReadOnlyList<ModelName> Models)
{
    /// <summary>The first line of the message.</summary>
    public string Subject => Message.Split('\n')[0];
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
    public IEnumerable<Generation> Read(ModelName? model = null, CommitId? from = null)
    {
        using var git = new GitReader(_layout);
        if ((from ?? git.Tip) is not { } start) yield break;
        for (var commit = git.Commit(start); commit is not null; commit = commit.Parents.FirstOrDefault())
        {
            if (model is { } name && !Changes(commit, name)) continue;
            yield return Describe(commit);
        }
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

    private static Generation Describe(Commit commit)
    {
        var before = ModelsOf(commit.Parents.FirstOrDefault());
        var changed = ModelsOf(commit).Except(before).Select(model => model.Name);
        return new Generation(CommitText.EpochOf(commit.Message) ?? 0, CommitId.Parse(commit.Sha), commit.Author.When,
            new Actor(commit.Author.Name, commit.Author.Email), commit.Message, [.. changed]);
    }

    private static List<(ModelName Name, GitId Id)> ModelsOf(Commit? commit) =>
        commit is null ? [] : [.. TipState.ModelBlobs(GitReader.Folder(commit, TipState.ModelsFolder))];

    private static bool Changes(Commit commit, ModelName name)
    {
        var before = commit.Parents.FirstOrDefault()?.Tree;
        return BlobOf(commit.Tree, name + TipState.ModelSuffix) != BlobOf(before, name + TipState.ModelSuffix)
            || BlobOf(commit.Tree, name + TipState.CardSuffix) != BlobOf(before, name + TipState.CardSuffix);
    }

    private static GitId? BlobOf(Tree? tree, string file) =>
        tree?[$"{TipState.ModelsFolder}/{file}"] is { TargetType: TreeEntryTargetType.Blob } entry ? new GitId(entry.Target.Sha) : null;
}
