using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.Models;
using Delivery.Models.Formats;
using LibGit2Sharp;

namespace Delivery.FastData.Git.Verifying;

/// <summary>What history says that the live side must be. Opened anew after every change of the repository; not thread-safe.</summary>
internal sealed class HistoryTruth(FolderLayout layout) : IDisposable
{
    private readonly GitReader _git = new(layout);
    private readonly Dictionary<GitId, (ManifestEntry? Entry, string? Problem, bool IsForeign)> _blobs = [];
    private readonly Dictionary<long, CommitId> _line = [];

    public GitReader Git => _git;

    /// <summary>Lowest epoch of the line that was walked; 0 before.</summary>
    public long Oldest { get; private set; }

    /// <summary>Commits of the line that was walked.</summary>
    public int Commits => _line.Count;

    /// <summary>The commit of an epoch on the line that was walked; null when there is none.</summary>
    public CommitId? CommitOf(long epoch) => _line.TryGetValue(epoch, out var id) ? id : null;

    /// <summary>Whether a commit can be read and is a generation; its epoch.</summary>
    public long? EpochOf(CommitId commit)
    {
        try
        {
            return CommitText.EpochOf(_git.Commit(commit).Message);
        }
        catch (Exception e) when (e is FastDataException or LibGit2SharpException)
        {
            return null;
        }
    }

    /// <summary>Why a generation's commit is none of ours, though all of it can be read; null when it is ours or cannot be read.</summary>
    public string? Foreign(CommitId commit)
    {
        try
        {
            foreach (var (file, blob) in TreeEditor.Read(GitReader.Folder(_git.Commit(commit), TipState.ModelsFolder)).Where(entry => entry.Name.EndsWith(TipState.ModelSuffix, StringComparison.Ordinal)))
            {
                if (!ModelName.TryParse(file[..^TipState.ModelSuffix.Length], out var name, out var problem)) return problem;
                if (!_blobs.TryGetValue(blob, out var described)) _blobs[blob] = described = Describe(name, blob);
                if (described.IsForeign) return described.Problem;
            }
            return null;
        }
        catch (Exception e) when (e is FastDataException or LibGit2SharpException)
        {
            return null;
        }
    }

    /// <summary>Walks the line of first parents, where epochs must grow by 1, and keeps it.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    public string? Walk(CommitId tip)
    {
        _line.Clear();
        try
        {
            long? above = null;
            Commit? last = null;
            foreach (var commit in new GenerationLine(_git).CommitsFrom(tip))
            {
                if (CommitText.EpochOf(commit.Message) is not { } epoch) return $"commit {commit.Sha} ('{commit.MessageShort}') carries no epoch: it was not made by Delivery";
                if (above is { } higher && epoch != higher - 1) return $"commit {commit.Sha} has epoch {epoch} under epoch {higher}; expected {higher - 1}";
                _line[epoch] = CommitId.Parse(commit.Sha);
                (above, last, Oldest) = (epoch, commit, epoch);
            }
            return above == 1 || (last is not null && _git.IsShallowBoundary(last)) ? null : $"the first commit, {last?.Sha}, has epoch {above}; expected 1";
        }
        catch (Exception e) when (e is FastDataException or LibGit2SharpException)
        {
            return $"below epoch {Oldest} it cannot be read: {e.Message}";
        }
    }

    /// <summary>The manifest that a commit asks for, or why it cannot be told.</summary>
    public (Manifest? Manifest, string? Problem) ManifestOf(CommitId commit)
    {
        try
        {
            var found = _git.Commit(commit);
            if (CommitText.EpochOf(found.Message) is not { } epoch) return (null, $"commit {commit} carries no epoch");
            var entries = new List<ManifestEntry>();
            foreach (var (name, blob) in TipState.ModelBlobs(GitReader.Folder(found, TipState.ModelsFolder)))
            {
                if (!_blobs.TryGetValue(blob, out var described)) _blobs[blob] = described = Describe(name, blob);
                if (described.Entry is not { } entry) return (null, described.Problem);
                entries.Add(entry with { Name = name });
            }
            entries.Sort((a, b) => a.Name.CompareTo(b.Name));
            return (new Manifest(epoch, commit, entries) { Published = KeptHasNoTime(epoch, commit) ? null : CommitText.TimeOf(found) }, null);
        }
        catch (Exception e) when (e is FastDataException or LibGit2SharpException or FormatException)
        {
            return (null, e.Message);
        }
    }

    /// <summary>The weights of a commit's models by name.</summary>
    public Dictionary<ModelName, GitId> WeightsOf(CommitId commit) =>
        TipState.ModelBlobs(GitReader.Folder(_git.Commit(commit), TipState.ModelsFolder)).ToDictionary(model => model.Name, model => model.Id);

    public void Dispose() => _git.Dispose();

    /// <summary>Whether the manifest that stands there is one of before manifests said when: it stays as it was written, since CURRENT and signatures have its hash.</summary>
    private bool KeptHasNoTime(long epoch, CommitId commit)
    {
        try
        {
            var path = layout.ManifestPath(epoch, commit);
            return File.Exists(path) && Manifest.Parse(File.ReadAllBytes(path), path).Published is null;
        }
        catch (Exception e) when (e is FastDataException or UnsupportedFormatException or IOException or UnauthorizedAccessException)
        {
            return false; // what is damaged is written anew
        }
    }

    private (ManifestEntry? Entry, string? Problem, bool IsForeign) Describe(ModelName name, GitId blob)
    {
        try
        {
            return (TipState.Describe(name, _git.Blob(blob)), null, false);
        }
        catch (Exception e) when (e is FastDataException or LibGit2SharpException or InvalidModelException)
        {
            return (null, $"the weights of '{name}' (blob {blob}) cannot be had from history: {e.Message.TrimEnd('.')}", e is InvalidModelException);
        }
    }
}
