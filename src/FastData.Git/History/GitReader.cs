using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;
using LibGit2Sharp;

namespace Delivery.FastData.Git.History;

/// <summary>Reads objects of the repository. Not thread-safe, as LibGit2Sharp's repository is not: open one where it is used.</summary>
internal sealed class GitReader : IDisposable
{
    private readonly Repository _repository;
    private readonly Lazy<HashSet<CommitId>> _shallow;

    /// <exception cref="FastDataException">There is no repository, it cannot be opened, or one of its indexes is damaged.</exception>
    public GitReader(FolderLayout layout)
    {
        RepositorySetup.Check(layout);
        IndexGuard.Require(layout);
        _shallow = new Lazy<HashSet<CommitId>>(() => ShallowFile.Read(layout));
        try
        {
            _repository = new Repository(layout.Repository);
        }
        catch (LibGit2SharpException e)
        {
            throw new FastDataException(
                $"{layout.Repository}: {e.Message} If it belongs to another user, say: git config --global --add safe.directory {layout.Repository}", e);
        }
    }

    /// <summary>What main points at; null when nothing was ever committed.</summary>
    /// <exception cref="FastDataException">The branch or its commit is damaged.</exception>
    public CommitId? Tip
    {
        get
        {
            try
            {
                return _repository.Head.Tip is { } tip ? CommitId.Parse(tip.Sha) : null;
            }
            catch (LibGit2SharpException e)
            {
                throw new FastDataException($"{_repository.Info.Path}: main cannot be read: {e.Message}. Look with: git fsck.", e);
            }
        }
    }

    /// <exception cref="FastDataException">There is no such commit, or it is damaged.</exception>
    public Commit Commit(CommitId id) => Find<Commit>(id.Hex);

    /// <summary>The first parent; null for the first commit of all, and for the oldest one that a shallow repository has.</summary>
    /// <exception cref="FastDataException">The repository is to have the parent and has not, or it is damaged.</exception>
    public Commit? Parent(Commit commit) =>
        IsShallowBoundary(commit) || commit.Parents.FirstOrDefault()?.Sha is not { } parent ? null : Find<Commit>(parent);

    /// <summary>Whether history was cut off below this commit. libgit2 knows nothing of that: for it the parent is missing.</summary>
    public bool IsShallowBoundary(Commit commit) => _shallow.Value.Count > 0 && _shallow.Value.Contains(CommitId.Parse(commit.Sha));

    /// <summary>What differs between two folders of the history, by name. No content is read, so weights may be elsewhere.</summary>
    public IEnumerable<(string Name, bool IsGone)> Changes(Tree? before, Tree? after) => before?.Sha == after?.Sha ? []
        : _repository.Diff.Compare<TreeChanges>(before, after, new CompareOptions { Similarity = SimilarityOptions.None })
            .Select(change => (change.Path, change.Status == ChangeKind.Deleted));

    /// <summary>Whether a commit stands in the line of first parents behind another.</summary>
    public bool HasAncestor(CommitId from, CommitId sought)
    {
        for (var commit = Commit(from); commit is not null; commit = Parent(commit))
        {
            if (commit.Sha == sought.Hex) return true;
        }
        return false;
    }

    /// <summary>The first parent of a commit, which need not be there; null for a root.</summary>
    public static CommitId? FirstParent(Commit commit) => commit.Parents.FirstOrDefault() is { } parent ? CommitId.Parse(parent.Sha) : null;

    /// <summary>The commit, or null when there is none or it is damaged.</summary>
    public Commit? TryCommit(CommitId id)
    {
        try
        {
            return _repository.Lookup<Commit>(id.Hex);
        }
        catch (LibGit2SharpException)
        {
            return null;
        }
    }

    /// <summary>Bytes of a blob, without reading it.</summary>
    /// <exception cref="FastDataException">There is no such blob.</exception>
    public long SizeOf(GitId id)
    {
        try
        {
            return _repository.ObjectDatabase.RetrieveObjectMetadata(new ObjectId(id.Hex)).Size;
        }
        catch (LibGit2SharpException e)
        {
            throw new FastDataException($"The history's blob {id.Hex} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether the repository or its cold side has a blob.</summary>
    public bool Has(GitId id) => _repository.ObjectDatabase.Contains(new ObjectId(id.Hex));

    /// <exception cref="FastDataException">There is no such blob, or it is damaged.</exception>
    public byte[] Blob(GitId id)
    {
        var blob = Find<Blob>(id.Hex);
        using var content = blob.GetContentStream();
        var bytes = new byte[blob.Size];
        content.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The bytes of a folder of the commit's root; empty when there is none.</summary>
    /// <exception cref="FastDataException">The folder is damaged or holds what no folder of ours holds.</exception>
    public static byte[] Folder(Commit commit, string name)
    {
        try
        {
            return commit.Tree[name]?.Target is Tree tree ? Bytes(tree, $"Commit {commit.Sha}") : [];
        }
        catch (LibGit2SharpException e)
        {
            throw new FastDataException($"Commit {commit.Sha}: its folder '{name}' cannot be read: {e.Message} Look with: delivery verify.", e);
        }
    }

    /// <summary>The bytes of a tree of plain files.</summary>
    /// <exception cref="FastDataException">There is no such tree, or it holds something else.</exception>
    public byte[] Tree(GitId id) => Bytes(Find<Tree>(id.Hex), $"Tree {id}");

    private static byte[] Bytes(Tree tree, string where)
    {
        using var bytes = new MemoryStream(tree.Count * 64);
        foreach (var entry in tree)
        {
            if (entry.Mode != Mode.NonExecutableFile) throw new FastDataException($"{where}: {entry.Path} is {entry.Mode}; a plain file was expected.");
            TreeEditor.WriteEntry(bytes, TreeEditor.FileMode, entry.Name, new GitId(entry.Target.Sha));
        }
        return bytes.ToArray();
    }

    /// <summary>Whether a commit delivers a model.</summary>
    public static bool Has(Commit commit, ModelName name) => commit.Tree[$"{TipState.ModelsFolder}/{name}{TipState.ModelSuffix}"] is not null;

    /// <summary>Whether a commit delivers any model.</summary>
    public static bool HasModels(Commit commit) => commit.Tree[TipState.ModelsFolder] is not null; // git keeps no empty folders

    /// <summary>The full id of a commit given as people give it: full, shortened, <c>main~2</c>.</summary>
    /// <exception cref="FastDataException">It names no commit, or several.</exception>
    public CommitId Resolve(string revision)
    {
        if (string.IsNullOrWhiteSpace(revision)) throw new FastDataException("A commit's name is empty; expected an id or a git revision such as main~2.");
        try
        {
            return _repository.Lookup<Commit>(revision) is { } commit ? CommitId.Parse(commit.Sha) : throw new FastDataException($"'{revision}' names no commit of the history.");
        }
        catch (LibGit2SharpException e)
        {
            throw new FastDataException($"'{revision}' names no commit of the history: {e.Message}", e);
        }
    }

    public void Dispose() => _repository.Dispose();

    private T Find<T>(string hex) where T : LibGit2Sharp.GitObject
    {
        try
        {
            return _repository.Lookup<T>(new ObjectId(hex)) ?? throw new FastDataException($"The history lacks the {typeof(T).Name.ToLowerInvariant()} {hex}. Look with: git fsck.");
        }
        catch (LibGit2SharpException e)
        {
            throw new FastDataException($"The history's {typeof(T).Name.ToLowerInvariant()} {hex} cannot be read: {e.Message}", e);
        }
    }
}
