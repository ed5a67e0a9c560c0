using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Publishing;
using Delivery.FastData.Storage;
using Delivery.Models;

namespace Delivery.FastData.Git;

/// <summary>
/// Makes generations: commits them to the history and makes them live. Several processes may publish to one folder: the
/// folder's lock lets one at a time through, and a decision taken on an older tip is a <see cref="PublishOutcome.LostRace"/>.
/// A call may be made from any thread; calls wait for each other.
/// </summary>
public sealed class FastDataPublisher
{
    private readonly Lock _oneAtATime = new();
    private readonly FolderLayout _layout;
    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly GenerationFiles _files;
    private readonly MainRef _main;
    private TipState? _state;
    private Retirement? _retirement;

    /// <param name="folder">The fast-data folder; made by the first publish.</param>
    /// <param name="time">The clock of commits and retirement. Default: the system's.</param>
    /// <param name="disk">Where files are written. Default: this machine's file system.</param>
    public FastDataPublisher(string folder, TimeProvider? time = null, IDisk? disk = null)
    {
        _layout = new FolderLayout(folder);
        _time = time ?? TimeProvider.System;
        _disk = disk ?? new LocalDisk();
        _files = new GenerationFiles(_layout, _disk);
        _main = new MainRef(_layout, _disk);
    }

    /// <summary>The fast-data folder, as an absolute path.</summary>
    public string Folder => _layout.Root;

    /// <summary>How long to wait for another process that holds the folder. Default 30 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a generation's live files stay for readers that are behind. Default 24 hours.</summary>
    public TimeSpan KeepGenerations { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Signs each commit and each manifest. Default null: unsigned. If it cannot sign, nothing is published.</summary>
    public SshSigner? Signer { get; init; }

    private GenerationSigning Signing => new(_layout, _disk, _files, Signer);

    /// <summary>The committed generation. Finishes or drops what a publish that died has left, so that what is returned is also live.</summary>
    /// <exception cref="FolderBusyException">Another process held the folder too long.</exception>
    /// <exception cref="FastDataException">The folder contradicts itself in a way that no crash leaves.</exception>
    public FastDataTip ReadTip(CancellationToken cancellationToken)
    {
        RepositorySetup.Check(_layout);
        return RepositorySetup.Exists(_layout) ? Exclusively(() => Recover().ToTip(), cancellationToken) : FastDataTip.Empty;
    }

    /// <summary>Commits a change and makes it live, whole or not at all.</summary>
    /// <param name="publication">What changes, and on which tip that was decided.</param>
    /// <param name="cancellationToken">Taken until the commit; what is committed is also made live.</param>
    /// <exception cref="Delivery.Models.Formats.InvalidModelException">A model file is not valid, or belongs to another name; nothing was changed.</exception>
    /// <exception cref="FolderBusyException">Another process held the folder too long.</exception>
    /// <exception cref="FastDataException">The folder contradicts itself, its freeze cannot be read, or the disk returned other bytes than were written.</exception>
    public PublishOutcome Publish(Publication publication, CancellationToken cancellationToken)
    {
        var models = publication.Models.Select(model => (Change: model, Entry: TipState.Describe(model.Name, model.File.Span))).ToList();
        foreach (var name in publication.Control.Keys) RequireControlName(name);
        if (models.Find(model => publication.Removed.Contains(model.Change.Name)) is { Change.Name: var both }) throw new ArgumentException($"'{both}' is both delivered and removed.", nameof(publication));
        RepositorySetup.Check(_layout);
        if (MirrorRecord.Read(_layout) is { From: var from }) throw new FastDataException($"{_layout.Root}: this folder follows {from}. Publish there; or, to make it a writer of its own, stop its mirror and remove {MirrorRecord.PathOf(_layout)}.");
        return Exclusively(() => Publish(publication, models, cancellationToken), cancellationToken);
    }

    /// <summary>Looks through a commit whose objects are in the repository already: whether it may follow the tip, and what it would change here. Changes nothing.</summary>
    /// <param name="commit">A commit that this folder did not make.</param>
    /// <param name="cancellationToken">Taken while another process holds the folder.</param>
    /// <exception cref="GenerationRefusedException">It is no generation, its epoch is not above the tip's, or something in it is not valid.</exception>
    /// <exception cref="FolderBusyException">Another process held the folder too long.</exception>
    /// <exception cref="FastDataException">The folder contradicts itself, or objects of the commit are missing.</exception>
    public IncomingGeneration Examine(CommitId commit, CancellationToken cancellationToken)
    {
        RepositorySetup.Check(_layout);
        var state = Exclusively(Recover, cancellationToken);
        using var git = new GitReader(_layout);
        return new Examination(_layout, git, state).Run(commit);
    }

    /// <summary>
    /// Makes a generation of somebody else the live one: the same as <see cref="Publish(Publication, CancellationToken)"/>, but its
    /// commit and its epoch are those that it has. That its commit descends from the tip is the caller's to know.
    /// </summary>
    /// <param name="incoming">What <see cref="Examine"/> gave.</param>
    /// <param name="cancellationToken">Taken until the commit; what is committed is also made live.</param>
    /// <exception cref="FolderBusyException">Another process held the folder too long.</exception>
    /// <exception cref="FastDataException">The folder contradicts itself, or the disk returned other bytes than were written.</exception>
    public PublishOutcome Adopt(IncomingGeneration incoming, CancellationToken cancellationToken) => Adopt(incoming, null, cancellationToken);

    /// <param name="incoming">What <see cref="Examine"/> gave.</param>
    /// <param name="signature">The signature that was checked; null for the one that came with the generation, if there is one.</param>
    /// <param name="cancellationToken">Taken until the commit.</param>
    internal PublishOutcome Adopt(IncomingGeneration incoming, ReadOnlyMemory<byte>? signature, CancellationToken cancellationToken)
    {
        if (incoming.Layout != _layout) throw new ArgumentException($"The generation was looked through for {incoming.Folder}, not for {Folder}.", nameof(incoming));
        RepositorySetup.Check(_layout);
        return Exclusively(() => AdoptHeld(incoming, signature, cancellationToken), cancellationToken);
    }

    /// <summary>Puts another signature of the live generation in the place of the one that it has; does nothing when another generation is live.</summary>
    internal void ReplaceSignature(Manifest manifest, ReadOnlyMemory<byte> signature, CancellationToken cancellationToken) => Exclusively(
        () =>
        {
            if (_main.Read() == manifest.Commit) _files.WriteSignature(manifest.Epoch, manifest.Commit, signature.Span);
            return true;
        },
        cancellationToken);

    private PublishOutcome AdoptHeld(IncomingGeneration incoming, ReadOnlyMemory<byte>? signature, CancellationToken cancellationToken)
    {
        var state = Recover();
        if (state.Commit != incoming.Replaces) return new PublishOutcome.LostRace(incoming.Replaces, state.Commit);

        _state = null; // whatever fails from here on, the next call looks again and cleans up
        using (var git = new GitReader(_layout))
        {
            foreach (var chunk in incoming.Changed.Chunk(64))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _files.WriteModels([.. chunk.Select(model => (model.Entry, model.Content ?? git.Blob(model.Blob)))]);
            }
        }
        // git flushes what it writes but not the directories that name it.
        _disk.SyncDirectory(Path.Combine(_layout.Repository, "objects", "pack"));
        _disk.SyncDirectory(_layout.Repository);
        return MakeLive(state, incoming.State, null, signature ?? Signing.Travelled(incoming.Manifest), [], new PackFiles(_layout, _disk), cancellationToken);
    }

    /// <summary>Makes the folder and its empty repository where there are none, and does more while it holds them.</summary>
    /// <exception cref="FastDataException">The folder holds something else, or has lost its history.</exception>
    internal void Prepare(Action more, CancellationToken cancellationToken)
    {
        RepositorySetup.Check(_layout);
        Exclusively(
            () =>
            {
                RepositorySetup.Ensure(_layout, _disk);
                more();
                return true;
            },
            cancellationToken);
    }

    private PublishOutcome Publish(Publication publication, List<(ModelChange Change, ManifestEntry Entry)> models, CancellationToken cancellationToken)
    {
        var state = Recover();
        if (state.Commit != publication.ExpectedTip) return new PublishOutcome.LostRace(publication.ExpectedTip, state.Commit);
        if (FreezeOf(state, publication) is { } frozen) return frozen;

        var generation = NextGeneration.Make(state, publication, models, _time.GetUtcNow(), Signer);
        if (generation is null) return new PublishOutcome.Unchanged(state.Epoch, state.Commit);
        var signed = Signing.Sign(generation.State.Manifest!);

        cancellationToken.ThrowIfCancellationRequested();
        _state = null; // whatever fails from here on, the next call looks again and cleans up
        var packs = new PackFiles(_layout, _disk);
        packs.Write(Pack.Of(signed is null ? generation.Objects : [.. generation.Objects, signed.Blob, signed.Tree]), generation.State.Commit!.Value);
        return MakeLive(state, generation.State, signed, signed?.Signature, [.. models.Select(model => (model.Entry, model.Change.File))], packs, cancellationToken);
    }

    // Enforced here, so that no writer gets around it. What changes the freeze itself goes through, also when its file is damaged.
    private PublishOutcome.Frozen? FreezeOf(TipState state, Publication publication) =>
        !publication.Control.ContainsKey(Control.Freeze.FileName) && Control.Freeze.Read(state.Control, state.Commit) is { } freeze && freeze.IsInForce(_time.GetUtcNow())
            ? new PublishOutcome.Frozen(freeze.Since, freeze.Until, freeze.Actor, freeze.Reason) : null;

    // The objects of the next generation are in the repository; nothing points at them yet.
    private PublishOutcome MakeLive(
        TipState state, TipState next, SignedManifest? signed, ReadOnlyMemory<byte>? signature, IReadOnlyList<(ManifestEntry Entry, ReadOnlyMemory<byte> Content)> changed, PackFiles packs,
        CancellationToken cancellationToken)
    {
        _files.WriteModels(changed);
        var pointer = _files.WriteManifest(next.Manifest!, signature);
        cancellationToken.ThrowIfCancellationRequested();

        packs.RequireWritten();
        if (signed is not null) Signing.Ref.Move(signed);
        if (!_main.TryMove(state.Commit, pointer.Commit)) return new PublishOutcome.LostRace(state.Commit, _main.Read());
        packs.Sweep(delivered => delivered == pointer.Commit);
        _files.Announce(pointer);
        _state = next;
        return new PublishOutcome.Published(pointer.Epoch, pointer.Commit, Retire(pointer, state.Manifest, next.Manifest!));
    }

    // The generation is live by now: what goes wrong in cleaning up must not make the publish look failed.
    private string? Retire(CurrentPointer live, Manifest? before, Manifest now)
    {
        try
        {
            (_retirement ??= new Retirement(_layout, _disk, _time) { KeepGenerations = KeepGenerations }).Run(live, before, now);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FastDataException or UnsupportedFormatException)
        {
            _retirement = null;
            return $"Old live files could not be removed: {e.Message}";
        }
    }

    private TipState Recover()
    {
        RepositorySetup.Ensure(_layout, _disk);
        _files.CreateDirectories();
        var state = new Recovery(_layout, _disk, _files, _main, Signing).Run(_state);
        if (!ReferenceEquals(state, _state)) _retirement = null; // what it remembers is of another line of generations
        _state = state;
        return state;
    }

    private T Exclusively<T>(Func<T> work, CancellationToken cancellationToken)
    {
        lock (_oneAtATime)
        {
            FolderLock.RequireAccess(_layout, () => _disk.CreateDirectory(_layout.Root));
            using var held = FolderLock.Take(_layout, _disk, LockTimeout, cancellationToken);
            return work();
        }
    }

    private static void RequireControlName(string name)
    {
        var stem = name.EndsWith(TipState.CardSuffix, StringComparison.Ordinal) ? name[..^TipState.CardSuffix.Length] : "";
        if (!ModelName.TryParse(stem, out _, out _)) throw new ArgumentException($"'{name}' is no name of a control file; expected 'name{TipState.CardSuffix}'.");
    }
}
