using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Publishing;
using Delivery.FastData.Storage;
using Delivery.Models.Formats;

namespace Delivery.FastData.Git.Publishing;

/// <summary>
/// Brings a folder to the state that its history says, whatever a crash left: before the ref moved, nothing had happened and
/// the leavings go; after it, the generation is finished. Needs the folder's lock.
/// </summary>
internal sealed class Recovery(FolderLayout layout, IDisk disk, GenerationFiles files, MainRef main, GenerationSigning signing)
{
    /// <summary>The committed generation, which is live when this returns.</summary>
    /// <param name="cached">The state kept from the last publish; taken when main and CURRENT still agree with it.</param>
    /// <exception cref="FastDataException">History and live side contradict each other in a way that no crash leaves; nothing was changed.</exception>
    public TipState Run(TipState? cached)
    {
        var tip = main.Read();
        var current = ReadCurrent();
        if (tip is null && current is not null) tip = RestoreMain(current);
        if (cached?.Manifest is { } known && cached.Commit == tip && current?.Commit == tip && signing.Looks(known) && files.AreThere(known)) return cached;

        Settle();
        files.DeleteTemporaries();
        signing.Ref.Recover();
        var packs = new PackFiles(layout, disk);
        // The very first publish died between the two refs. Nothing was ever delivered, so what it signed goes with its pack.
        if (tip is null && current is null && packs.HaveUnfinished) signing.Ref.Delete();
        packs.Sweep(commit => IsDelivered(commit, tip) || signing.Ref.Names(commit), files.DeleteUnnamed);
        main.Recover();
        if (tip is not { } commit)
        {
            if (current is null && MirrorRecord.Read(layout) is null && Directory.EnumerateFiles(Path.Combine(layout.Repository, "objects", "pack"), "*.pack").Any())
            {
                throw new FastDataException($"{layout.Repository}: there are commits, but neither main nor {layout.Current} says which is the newest. Find it with git fsck --lost-found, and restore it: git -C {layout.Root} update-ref {MainRef.Name} COMMIT.");
            }
            return current is null ? TipState.Empty
                : throw new FastDataException($"{layout.Current} names commit {current.Commit}, but the history is empty. Restore {layout.Repository} from a copy or a mirror.");
        }
        using var git = new GitReader(layout);
        var live = current?.Commit == commit ? ReadManifest(current) : null;
        var state = TipState.Load(git, commit, live ?? ReadPrepared(git, commit));
        if (current is not null && current.Commit != commit && current.Epoch >= state.Epoch)
        {
            if (git.TryCommit(current.Commit) is null)
            {
                throw new FastDataException($"{layout.Current} names epoch {current.Epoch}, commit {current.Commit}, which the history does not have; main is at epoch {state.Epoch} ({commit}). The pointer is damaged, or the history has lost a generation: 'delivery verify --repair' mends the one and tells the other.");
            }
            throw new FastDataException($"{layout.Current} is at epoch {current.Epoch}, but main is at {state.Epoch} ({commit}): history went back. Readers take growing epochs only; restore the commit: git -C {layout.Root} update-ref {MainRef.Name} {current.Commit}.");
        }
        signing.Settle(state.Manifest!);
        if (live is null) MakeLive(git, state);
        else MendLive(git, state);
        return state;
    }

    // CURRENT is written only once main has moved, so what it names was committed. Main is lost where somebody removed it, or where
    // a power cut emptied the file that another program wrote.
    private CommitId? RestoreMain(CurrentPointer current)
    {
        using var git = new GitReader(layout);
        var isOurs = NullIfDamaged(() => git.Commit(current.Commit)) is { } commit && CommitText.EpochOf(commit.Message) == current.Epoch;
        return isOurs && main.TryMove(null, current.Commit) ? current.Commit : null;
    }

    // What a dead publish renamed is seen but may not be durable yet. Nothing is built on it before it is: a power cut could keep
    // the pointer and take the commit away.
    private void Settle()
    {
        string[] folders = [Path.Combine(layout.Repository, "objects", "pack"), main.Heads, .. signing.Ref.Folders, layout.Repository, layout.Models, layout.Manifests, layout.Root];
        foreach (var folder in folders) disk.SyncDirectory(folder);
    }

    private bool IsDelivered(CommitId commit, CommitId? tip)
    {
        if (tip is null || commit == tip) return tip is not null;
        using var git = new GitReader(layout);
        return git.HasAncestor(tip.Value, commit);
    }

    // A damaged pointer or manifest is rebuilt from history, which is the truth.
    private CurrentPointer? ReadCurrent() => NullIfDamaged(new FolderReader(layout).ReadCurrent);

    private Manifest? ReadManifest(CurrentPointer current) => NullIfDamaged(() => new FolderReader(layout).ReadManifest(current));

    // The manifest of a generation is durable before main moves, so after a crash in between it stands there.
    private Manifest? ReadPrepared(GitReader git, CommitId commit)
    {
        if (CommitText.EpochOf(git.Commit(commit).Message) is not { } epoch) return null;
        var path = layout.ManifestPath(epoch, commit);
        var manifest = NullIfDamaged(() => Manifest.Parse(File.ReadAllBytes(path), path));
        return manifest is not null && manifest.Commit == commit && manifest.Epoch == epoch && manifest.Models.All(IsAsDescribed) ? manifest : null;
    }

    // Nothing vouches for a prepared manifest, so a damaged one is told by the files that it describes.
    private bool IsAsDescribed(ManifestEntry entry)
    {
        try
        {
            return TipState.Describe(entry.Name, File.ReadAllBytes(layout.ModelPath(entry))) == entry;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or InvalidModelException)
        {
            return false;
        }
    }

    private static T? NullIfDamaged<T>(Func<T?> read) where T : class
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FastDataException or FileNotFoundException)
        {
            return null;
        }
    }

    private void MakeLive(GitReader git, TipState state)
    {
        foreach (var chunk in Missing(state).Chunk(64)) files.WriteModels([.. chunk.Select(model => (model.Entry, (ReadOnlyMemory<byte>)git.Blob(model.Blob)))]);
        files.Announce(files.WriteManifest(state.Manifest!));
    }

    // At every start, and whenever a live file is not there: somebody may have damaged or removed it. One that the history has
    // lost too, or that cannot be replaced (on Windows a reader may map it), stays as it is, which readers report; it must not
    // hold back the others.
    private void MendLive(GitReader git, TipState state)
    {
        foreach (var (entry, blob) in Missing(state))
        {
            if (NullIfDamaged(() => git.Blob(blob)) is not { } content) continue;
            try
            {
                files.WriteModels([(entry, content)]);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next start tries again.
            }
        }
    }

    private List<(ManifestEntry Entry, GitId Blob)> Missing(TipState state)
    {
        var missing = state.Manifest!.Models.AsParallel().AsOrdered().Where(entry => !files.Holds(entry)).ToList();
        if (missing.Count == 0) return [];
        var blobs = TipState.ModelBlobs(state.ModelsTree).ToDictionary(model => model.Name, model => model.Id);
        return [.. missing.Select(entry => (entry, blobs[entry.Name]))];
    }
}
