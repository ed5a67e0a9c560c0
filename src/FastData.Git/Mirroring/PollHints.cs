using Delivery.FastData.Git.Signing;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// Cheap signs that there is something to poll for: somebody touched <c>.git/delivery-poll</c>, or the branch of a remote on this
/// machine moved. They only wake the poll up; what it finds is what counts. One thread at a time.
/// </summary>
internal sealed class PollHints(FolderLayout layout, RemoteAddress remote, FastDataMirrorOptions options)
{
    /// <summary>The file whose change asks for a poll.</summary>
    public static string FileOf(FolderLayout layout) => Path.Combine(layout.Repository, "delivery-poll");

    private readonly string? _repository = remote.Folder is { } folder ? StoredRef.RepositoryOf(folder) : null;
    private readonly string _ref = "refs/heads/" + options.Branch;
    private DateTime _touched = File.GetLastWriteTimeUtc(FileOf(layout));
    private CommitId? _seen;

    /// <summary>Where the remote's branch is, when that can be read without git.</summary>
    public CommitId? RemoteTip => _repository is null ? null : StoredRef.Read(_repository, _ref);

    /// <summary>Whether something has changed since <see cref="Taken"/>.</summary>
    public bool IsUp => File.GetLastWriteTimeUtc(FileOf(layout)) != _touched || (RemoteTip is { } tip && tip != _seen);

    /// <summary>Forgets the signs, right before a poll, so that one that comes during it is not lost.</summary>
    public void Taken()
    {
        _touched = File.GetLastWriteTimeUtc(FileOf(layout));
        _seen = RemoteTip;
    }

    /// <summary>Whether the remote's branch is known to be at a commit, and its signatures are here, so that there is nothing to fetch.</summary>
    public bool RemoteIsAt(CommitId? commit) => commit is not null && RemoteTip == commit && (!options.FetchesSignatures || HasItsSignatures);

    // What is live is signed again, without a new commit, when the writer's key changes.
    private bool HasItsSignatures => StoredRef.Read(_repository!, SignatureRef.Name) is not { } there || there == StoredRef.Read(layout.Repository, SignatureRef.Name);
}
