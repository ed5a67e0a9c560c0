using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Programs;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// Brings back a mirror's history that was damaged: the live generation's commit is fetched once more into the same repository,
/// and main is set to it where it was lost. Live files stay as they are all along.
/// </summary>
internal sealed class RepositoryRepair(FolderLayout layout, IDisk disk, RemoteFetch remote)
{
    /// <exception cref="FastDataException">The remote does not have the commit, or it cannot be asked.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        RepositorySetup.Ensure(layout, disk);
        var current = ReadCurrent();
        var main = StoredRef.Read(layout.Repository, MainRef.Name);
        if ((main ?? current?.Commit) is not { } wanted) throw new FastDataException($"{layout.Repository}: neither main nor {layout.Current} names a commit that could be fetched again.");
        await remote.FetchAgainAsync(wanted, cancellationToken);
        if (main is null) await SetMainAsync(current!, cancellationToken);
    }

    private async Task SetMainAsync(CurrentPointer current, CancellationToken cancellationToken)
    {
        using (var reader = new GitReader(layout))
        {
            if (CommitText.EpochOf(reader.Commit(current.Commit).Message) != current.Epoch) throw new FastDataException($"{layout.Current} says that commit {current.Commit} is epoch {current.Epoch}; the commit itself says another.");
        }
        disk.Delete(Path.Combine(layout.Repository, MainRef.Name)); // a loose ref that is no id
        await new GitCommand(layout.Repository).RunAsync(["update-ref", MainRef.Name, current.Commit.Hex], cancellationToken);
    }

    private CurrentPointer? ReadCurrent()
    {
        try
        {
            return new FolderReader(layout).ReadCurrent();
        }
        catch (FastDataException)
        {
            return null;
        }
    }
}
