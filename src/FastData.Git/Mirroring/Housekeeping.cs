using System.Globalization;
using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Programs;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// Keeps a mirror's repository small: history behind the oldest generation that still has a manifest is left behind, and the
/// space of its objects is given back. Needs the mirror's lock, and takes the folder's for the while.
/// </summary>
internal sealed class Housekeeping(FolderLayout layout, IDisk disk, TimeProvider time, FastDataMirrorOptions options)
{
    /// <summary>Each fetch leaves a pack; above so many they are joined even before the history is cut.</summary>
    private const int MaxPacks = 64;

    private DateTimeOffset? _last;

    /// <summary>Does what is due.</summary>
    /// <exception cref="FastDataException">git failed; nothing is lost, and the next time tries again.</exception>
    /// <exception cref="FolderBusyException">Another process held the folder.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        _last ??= LastCut();
        var packs = new DirectoryInfo(Path.Combine(layout.Repository, "objects", "pack")).EnumerateFiles("*.pack").Count();
        var isDue = now - _last >= options.ReshallowEvery;
        if (!isDue && packs <= MaxPacks) return;

        _last = isDue ? now : _last;
        using var held = await Hold.TakeAsync(disk, layout.Lock, options.LockTimeout, cancellationToken);
        var git = new GitCommand(layout.Repository) { Timeout = options.FetchTimeout };
        if (isDue && (Cut() | await DropRefusedAsync(git, cancellationToken))) await git.RunAsync(["repack", "-a", "-d", "-l", "--window=0", "--quiet"], cancellationToken);
        else if (packs > MaxPacks) await git.RunAsync(["repack", "--geometric=2", "-d", "-l", "--quiet"], cancellationToken);
    }

    // The file's age outlives the process; a mirror that never cut begins to count at its first contact.
    private DateTimeOffset LastCut()
    {
        var path = File.Exists(ShallowFile.PathOf(layout)) ? ShallowFile.PathOf(layout) : MirrorRecord.PathOf(layout);
        return new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
    }

    // What was refused is still fetched, and would otherwise stay for ever.
    private async Task<bool> DropRefusedAsync(GitCommand git, CancellationToken cancellationToken)
    {
        var main = StoredRef.Read(layout.Repository, MainRef.Name);
        if (main is null || StoredRef.Read(layout.Repository, RemoteFetch.Incoming) is not { } incoming || incoming == main) return false;
        await git.RunAsync(["update-ref", RemoteFetch.Incoming, main.Value.Hex], cancellationToken);
        return true;
    }

    // The boundary that was stays in the file until git drops its commit: a commit without a parent that the file does not name is damage.
    private bool Cut()
    {
        if (StoredRef.Read(layout.Repository, MainRef.Name) is not { } main || OldestKept() is not { } oldest) return false;
        using var reader = new GitReader(layout);
        var boundary = ShallowFile.Read(layout);
        var (last, hasMore) = (main, true);
        for (CommitId? id = main; id is { } at; id = boundary.Contains(at) ? null : GitReader.FirstParent(reader.Commit(at)))
        {
            if (CommitText.EpochOf(reader.Commit(at).Message) < oldest) break;
            (last, hasMore) = (at, !boundary.Contains(at) && GitReader.FirstParent(reader.Commit(at)) is not null);
        }
        if (hasMore) ShallowFile.Write(layout, disk, boundary.Append(last));
        return hasMore;
    }

    private long? OldestKept() => Directory.EnumerateFiles(layout.Manifests, "*.json")
        .Select(path => long.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : (long?)null)
        .Min();
}
