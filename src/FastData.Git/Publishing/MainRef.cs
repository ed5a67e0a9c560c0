using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>
/// <c>refs/heads/main</c>. The rename of its lock over it is the only commit point. A lock that a crash left behind is told from
/// one that another git holds: it names a commit of ours.
/// </summary>
internal sealed class MainRef(FolderLayout layout, IDisk disk)
{
    public const string Name = "refs/heads/main";

    private readonly RefFile _ref = new(layout, disk, Name);

    /// <summary>The folder of the loose ref.</summary>
    public string Heads => Path.Combine(layout.Repository, "refs", "heads");

    /// <summary>What main points at; null when nothing was ever committed, or when the ref is lost.</summary>
    /// <exception cref="FastDataException">The ref holds something else than a commit.</exception>
    public CommitId? Read() => _ref.Read() is { } id ? CommitId.Parse(id) : null;

    /// <summary>Moves main if it still points at <paramref name="expected"/>; false when it does not.</summary>
    /// <exception cref="IOException">Another git holds the ref, or the disk failed.</exception>
    public bool TryMove(CommitId? expected, CommitId target) => _ref.TryMove(expected?.Hex, target.Hex);

    /// <summary>Removes the leavings of a publish that died. Needs the folder's lock, so the publish cannot still run.</summary>
    public void Recover()
    {
        _ref.DeleteTemporaries();
        if (_ref.ReadLock() is { } target && HasManifest(CommitId.Parse(target))) _ref.DeleteLock();
    }

    // Only a publish of ours writes a manifest for a commit before main points at it.
    private bool HasManifest(CommitId commit) => Directory.EnumerateFiles(layout.Manifests, $"*-{commit.Short}.json").Any();
}
