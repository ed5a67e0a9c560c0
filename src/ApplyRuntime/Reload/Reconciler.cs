using Delivery.ApplyRuntime.Leasing;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Brings what is in use to what CURRENT names. Loader thread only.</summary>
/// <remarks>
/// The content of CURRENT decides, never a time stamp. Epochs only grow: a rollback comes as a new epoch, so an older one is a
/// mistake (a restored backup, a second writer) and is refused. But a folder that was seen without CURRENT was made anew, and may count from 1;
/// not so where signatures are checked, since whoever can take CURRENT away could then bring back an old generation.
/// </remarks>
internal sealed class Reconciler(FolderReader folder, GenerationSlot slot, RetiredGenerations retired, HeldMemory held, ReloadLog log, RuntimeOptions options) : IDisposable
{
    private readonly ReloadTools _tools = new(
        folder,
        new ModelFiles(folder.Layout, options),
        new MemoryBudget(slot, retired, held, options.MemoryBudget),
        options.Trust is { } policy ? new GenerationTrust(folder, policy, options.Time) : null);

    private CurrentPointer? _tried;
    private long _triedAt;
    private TimeSpan? _pause; // before the next try of the same pointer; null: not worth one
    private long? _shortSince; // generations that had been released when there was no room for the pointer tried
    private bool _seenWithoutCurrent;

    /// <summary>Looks at CURRENT and loads what is due. True when a new generation was swapped in.</summary>
    /// <param name="force">Tries again now what failed, without waiting for the end of the pause.</param>
    public bool Reconcile(bool force)
    {
        retired.Drain(); // before the room in memory is counted
        _tools.Files.Clean();
        if (ReadCurrent() is not { } pointer || !Accepts(pointer) || !IsDue(pointer, force)) return false;
        var started = options.Time.GetTimestamp();
        var attempt = ReloadAttempt.Load(_tools, pointer, slot.Current);
        if (attempt.FileGone && ReadCurrent() is { } newer && newer != pointer && Accepts(newer))
        {
            attempt.Drop();
            attempt = ReloadAttempt.Load(_tools, newer, slot.Current);
        }
        Remember(attempt);
        var swapped = Apply(attempt);
        log.Took(options.Time.GetElapsedTime(started), swapped);
        return swapped;
    }

    /// <summary>After the last generation was released.</summary>
    public void Dispose() => _tools.Files.Dispose();

    private CurrentPointer? ReadCurrent()
    {
        try
        {
            if (folder.ReadCurrent() is { } pointer) return pointer;
            _seenWithoutCurrent = true;
            if (slot.Current is { } inUse) log.PointerIsBad($"{folder.Layout.Current}: it is gone. Epoch {inUse.Pointer.Epoch} stays in use.");
            else log.PointerIsAbsent(Directory.Exists(folder.Layout.Root)
                ? "it has no file CURRENT, so nothing was delivered into it yet, or it is not the fast-data folder itself."
                : "there is no such folder.");
        }
        catch (Exception e) // no file may stop the loader
        {
            log.PointerIsBad(slot.Current is { } inUse ? $"{e.Message} Epoch {inUse.Pointer.Epoch} stays in use." : e.Message);
        }
        return null;
    }

    private bool Accepts(CurrentPointer pointer)
    {
        var inUse = slot.Current?.Pointer;
        if (inUse is not null && pointer != inUse && pointer.Epoch <= inUse.Epoch && (!_seenWithoutCurrent || _tools.Trust is not null))
        {
            log.PointerIsBad(pointer.Epoch == inUse.Epoch
                ? $"{folder.Layout.Current}: epoch {pointer.Epoch} came a second time, with commit {pointer.Commit.Short} after {inUse.Commit.Short}. The first stays in use."
                : $"{folder.Layout.Current}: epoch went back from {inUse.Epoch} to {pointer.Epoch}. Epoch {inUse.Epoch} stays in use.");
            return false;
        }
        if (pointer != inUse && _tools.Trust?.Refusal(pointer) is { } refusal)
        {
            log.PointerIsBad($"{folder.Layout.Current}: {refusal}{(inUse is null ? "" : $" Epoch {inUse.Epoch} stays in use.")}");
            return false;
        }
        if (pointer == inUse) _seenWithoutCurrent = false;
        log.PointerIsGood();
        return true;
    }

    private bool IsDue(CurrentPointer pointer, bool force) =>
        pointer != _tried
        || (_shortSince is { } released && retired.Released > released)
        || (log.AttemptProblems.Count > 0 && (force || (_pause is { } pause && options.Time.GetElapsedTime(_triedAt) >= pause)));

    private void Remember(ReloadAttempt attempt)
    {
        _pause = !attempt.WorthRepeating ? null
            : attempt.Pointer == _tried && _pause is { } last ? TimeSpan.FromTicks(long.Min(2 * last.Ticks, options.RetryAtMost.Ticks))
            : options.RetryAfter;
        _shortSince = attempt.ShortOfMemory ? retired.Released : null;
        (_tried, _triedAt) = (attempt.Pointer, options.Time.GetTimestamp());
        log.Attempted(attempt.Problems);
    }

    private bool Apply(ReloadAttempt attempt)
    {
        var inUse = slot.Current;
        if (!attempt.HasManifest || (inUse?.Pointer == attempt.Pointer && attempt.Models.SequenceEqual(inUse.InOrder))) return false;
        var next = new Generation(attempt.Pointer, attempt.Models, options.Time.GetUtcNow(), inUse) { PublishedAt = attempt.PublishedAt };
        retired.Add(slot.Exchange(next));
        _seenWithoutCurrent = false;
        log.Applied();
        return true;
    }
}
