using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Programs;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>Puts the packs of publishes together, weights apart from everything else, and leaves out weights that are on the cold side.</summary>
internal sealed class Repack(FolderLayout layout, IDisk disk, GitCommand git, HotPacks hot, MaintenanceOptions options)
{
    // A pack is put together in memory.
    private const long PackBytes = 128L << 20;

    /// <param name="report">What is known so far.</param>
    /// <param name="state">What the last run noted.</param>
    /// <param name="packs">The hot packs.</param>
    /// <param name="tip">What main points at; its history is in these packs.</param>
    /// <param name="dropped">Weights that are on the cold side and not needed here.</param>
    /// <param name="isCold">Whether an object is on the cold side, asked again before anything is removed.</param>
    /// <param name="cancellationToken">Stops it before old packs are removed.</param>
    public async Task<MaintenanceReport> RunAsync(
        MaintenanceReport report, MaintenanceState state, List<HotPack> packs, CommitId tip, HashSet<GitId> dropped, Predicate<GitId> isCold, CancellationToken cancellationToken)
    {
        var weights = packs.Where(pack => state.Weights.Contains(pack.Name)).ToList();
        var history = packs.Where(pack => state.History.Contains(pack.Name)).ToList();
        var fresh = packs.Except(weights).Except(history).ToList();
        var taken = Bounded(fresh);
        var paths = taken.Count == 0 ? [] : await PathsAsync(taken, state, cancellationToken);
        var plan = PackPlan.Make(taken, weights, history, id => paths.TryGetValue(id, out var path) && OldWeights.IsWeights(path), dropped);
        if (plan.Leaving.Count == 0) return report;

        var newWeights = WriteWeights(plan.Weights, cancellationToken);
        var newHistory = await WriteHistoryAsync(plan.History, paths, cancellationToken);
        var written = newWeights.Concat(newHistory).ToList();
        if (written.Count > 0) await git.RunAsync(["verify-pack", .. written.Select(pack => Path.Combine(hot.Folder, pack.Name + ".idx"))], cancellationToken);
        var leaving = plan.Leaving.Where(pack => !written.Exists(made => made.Name == pack.Name)).ToList();
        var whole = fresh.TrueForAll(plan.Leaving.Contains);
        (state with
        {
            PackedUntil = whole ? tip.Hex : state.PackedUntil,
            Weights = Names(weights.Except(leaving).Concat(newWeights)),
            History = Names(history.Except(leaving).Concat(newHistory)),
        }).Save(layout, disk);

        cancellationToken.ThrowIfCancellationRequested();
        var warning = await RemoveAsync(leaving, [.. packs.Except(leaving), .. written], plan.Dropped, isCold, cancellationToken);
        if (warning is null)
        {
            var gone = plan.Dropped.ToHashSet();
            var left = MaintenanceState.Load(layout);
            (left with { Pending = [.. left.PendingIds().Where(id => !gone.Contains(id)).Select(id => id.Hex)] }).Save(layout, disk);
        }
        return report with { More = report.More || taken.Count < fresh.Count, Warnings = warning is null ? report.Warnings : [.. report.Warnings, warning] };
    }

    private List<HotPack> Bounded(List<HotPack> fresh)
    {
        var bytes = 0L;
        return [.. fresh.TakeWhile(pack => (bytes += pack.Bytes) <= options.MaxBytes || bytes == pack.Bytes)];
    }

    // Only paths tell weights from cards, and objects of a kind from each other.
    private async Task<Dictionary<GitId, string>> PathsAsync(List<HotPack> fresh, MaintenanceState state, CancellationToken cancellationToken)
    {
        var inFresh = fresh.SelectMany(pack => pack.Index.Ids).ToHashSet();
        string[] done = state.PackedUntil is { } commit ? ["^" + commit] : [];
        var found = await OldWeights.ReachableAsync(git, ["--all", .. done], cancellationToken);
        // A model that is delivered again with the same bytes is in a fresh pack and in the tree before.
        if (state.PackedUntil is { } before) found.AddRange(await OldWeights.ReachableAsync(git, ["--no-walk", before], cancellationToken));
        var paths = new Dictionary<GitId, string>();
        foreach (var (id, path) in found.Where(entry => inFresh.Contains(entry.Id))) paths.TryAdd(id, path);
        return paths;
    }

    private List<HotPack> WriteWeights(IReadOnlyList<GitId> ids, CancellationToken cancellationToken)
    {
        var made = new List<HotPack>();
        if (ids.Count == 0) return made;
        using var reader = new GitReader(layout);
        var (pack, bytes) = (new List<GitObject>(), 0L);
        foreach (var id in ids)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pack.Add(ColdMove.Read(reader, id));
            bytes += pack[^1].Content.Length;
            if (bytes < PackBytes) continue;
            made.Add(hot.Write(Pack.Of(pack)));
            (pack, bytes) = ([], 0);
        }
        if (pack.Count > 0) made.Add(hot.Write(Pack.Of(pack)));
        return made;
    }

    private async Task<List<HotPack>> WriteHistoryAsync(IReadOnlyList<GitId> ids, Dictionary<GitId, string> paths, CancellationToken cancellationToken)
    {
        if (ids.Count == 0) return [];
        var list = string.Join('\n', ids.Select(id => paths.TryGetValue(id, out var path) ? $"{id} {path}" : id.Hex)) + "\n";
        // One thread: the other cores are for publishes and for whoever else is on this machine.
        var names = await git.RunAsync(
            ["-c", "core.fsync=all", "pack-objects", "--quiet", "--delta-base-offset", "--threads=1", Path.Combine(hot.Folder, "pack")], cancellationToken, list);
        disk.SyncDirectory(hot.Folder);
        return [.. names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(hash => hot.Read("pack-" + hash))];
    }

    // Without the lock a publish that recovers might look for an object between one pack and the other.
    private async Task<string?> RemoveAsync(List<HotPack> leaving, List<HotPack> staying, IReadOnlyList<GitId> dropped, Predicate<GitId> isCold, CancellationToken cancellationToken)
    {
        var wanted = leaving.SelectMany(pack => pack.Index.Ids).ToHashSet();
        foreach (var pack in staying) wanted.RemoveWhere(pack.Index.Contains);
        foreach (var id in dropped.Where(id => isCold(id))) wanted.Remove(id);
        if (wanted.Count > 0) throw new FastDataException($"{hot.Folder}: {wanted.Count} objects, such as {wanted.First()}, would stand nowhere any more. Nothing was removed; look with: git fsck.");

        using var held = FolderLock.Take(layout, disk, options.LockTimeout, cancellationToken);
        // A branch that was set meanwhile may need what was to go.
        var needed = (await OldWeights.ReachableAsync(git, ["--no-walk", "--all"], cancellationToken)).Select(found => found.Id).ToHashSet();
        if (dropped.Any(needed.Contains)) return "A branch came to need weights that were about to leave: the packs stay as they are until the next run.";
        hot.Remove(leaving);
        return null;
    }

    private static List<string> Names(IEnumerable<HotPack> packs) => [.. packs.Select(pack => pack.Name).Distinct()];
}
