using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;
using LibGit2Sharp;

namespace Delivery.FastData.Git.History;

/// <summary>Reads objects of the repository. Not thread-safe, as LibGit2Sharp's repository is not: open one where it is used.</summary>
internal sealed class GitReader : IDisposable
{
    private readonly Repository _repository;

    /// <exception cref="FastDataException">There is no repository, or it cannot be opened.</exception>
    public GitReader(FolderLayout layout)
    {
        RepositorySetup.Check(layout);
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

    /// <summary>Whether a commit stands in the line of first parents behind another.</summary>
    public bool HasAncestor(CommitId from, CommitId sought)
    {
        for (var commit = Commit(from); commit is not null; commit = commit.Parents.FirstOrDefault())
        {
            if (commit.Sha == sought.Hex) return true;
        }
        return false;
    }

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
    public static byte[] Folder(Commit commit, string name)
    {
        if (commit.Tree[name]?.Target is not Tree tree) return [];
        using var bytes = new MemoryStream(tree.Count * 64);
        foreach (var entry in tree)
        {
            if (entry.Mode != Mode.NonExecutableFile) throw new FastDataException($"Commit {commit.Sha}: {entry.Path} is {entry.Mode}; a plain file was expected.");
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
            return _repository.Lookup<T>(hex) ?? throw new FastDataException($"The history lacks the {typeof(T).Name.ToLowerInvariant()} {hex}. Look with: git fsck.");
        }
        catch (LibGit2SharpException e)
        {
            throw new FastDataException($"The history's {typeof(T).Name.ToLowerInvariant()} {hex} cannot be read: {e.Message}", e);
        }
    }
}
