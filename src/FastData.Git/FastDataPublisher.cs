using System.Diagnostics;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
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
        return Exclusively(() => Publish(publication, models, cancellationToken), cancellationToken);
    }

    private PublishOutcome Publish(Publication publication, List<(ModelChange Change, ManifestEntry Entry)> models, CancellationToken cancellationToken)
    {
        var state = Recover();
        if (state.Commit != publication.ExpectedTip) return new PublishOutcome.LostRace(publication.ExpectedTip, state.Commit);
        if (FreezeOf(state, publication) is { } frozen) return frozen;

        var generation = NextGeneration.Make(state, publication, models, _time.GetUtcNow());
        if (generation is null) return new PublishOutcome.Unchanged(state.Epoch, state.Commit);

        cancellationToken.ThrowIfCancellationRequested();
        _state = null; // whatever fails from here on, the next call looks again and cleans up
        var packs = new PackFiles(_layout, _disk);
        packs.Write(Pack.Of(generation.Objects), generation.State.Commit!.Value);
        return MakeLive(state, generation.State, [.. models.Select(model => (model.Entry, model.Change.File))], packs, cancellationToken);
    }

    // Enforced here, so that no writer gets around it. What changes the freeze itself goes through, also when its file is damaged.
    private PublishOutcome.Frozen? FreezeOf(TipState state, Publication publication) =>
        !publication.Control.ContainsKey(Control.Freeze.FileName) && Control.Freeze.Read(state.Control, state.Commit) is { } freeze && freeze.IsInForce(_time.GetUtcNow())
            ? new PublishOutcome.Frozen(freeze.Since, freeze.Until, freeze.Actor, freeze.Reason) : null;

    // The objects of the next generation are in the repository; nothing points at them yet.
    private PublishOutcome MakeLive(
        TipState state, TipState next, IReadOnlyList<(ManifestEntry Entry, ReadOnlyMemory<byte> Content)> changed, PackFiles packs, CancellationToken cancellationToken)
    {
        _files.WriteModels(changed);
        var pointer = _files.WriteManifest(next.Manifest!);
        cancellationToken.ThrowIfCancellationRequested();

        packs.RequireWritten();
        if (!_main.TryMove(state.Commit, pointer.Commit)) return new PublishOutcome.LostRace(state.Commit, _main.Read());
        packs.Sweep(delivered => delivered == pointer.Commit);
        _files.Announce(pointer);
        _state = next;
        return new PublishOutcome.Published(pointer.Epoch, pointer.Commit, Retire(pointer));
    }

    // The generation is live by now: what goes wrong in cleaning up must not make the publish look failed.
    private string? Retire(CurrentPointer live)
    {
        try
        {
            new Retirement(_layout, _disk, _time) { KeepGenerations = KeepGenerations }.Run(live);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FastDataException or UnsupportedFormatException)
        {
            return $"Old live files could not be removed: {e.Message}";
        }
    }

    private TipState Recover()
    {
        RepositorySetup.Ensure(_layout, _disk);
        _files.CreateDirectories();
        var state = new Recovery(_layout, _disk, _files, _main).Run(_state);
        _state = state;
        return state;
    }

    private T Exclusively<T>(Func<T> work, CancellationToken cancellationToken)
    {
        lock (_oneAtATime)
        {
            _disk.CreateDirectory(_layout.Root);
            using var held = TakeLock(cancellationToken);
            return work();
        }
    }

    private IDisposable TakeLock(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (_disk.TryLock(_layout.Lock) is { } held) return held;
            if (Stopwatch.GetElapsedTime(started) > LockTimeout) throw new FolderBusyException($"{_layout.Lock}: another process has held the folder for {LockTimeout.TotalSeconds:0} s.");
            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static void RequireControlName(string name)
    {
        var stem = name.EndsWith(TipState.CardSuffix, StringComparison.Ordinal) ? name[..^TipState.CardSuffix.Length] : "";
        if (!ModelName.TryParse(stem, out _, out _)) throw new ArgumentException($"'{name}' is no name of a control file; expected 'name{TipState.CardSuffix}'.");
    }
}
