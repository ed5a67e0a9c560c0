using Delivery.FastData.Git.Objects;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>Which hot packs are replaced by new ones, and what the new ones hold.</summary>
/// <param name="Leaving">Packs that go.</param>
/// <param name="Weights">Their weights that stay hot.</param>
/// <param name="History">Everything else in them.</param>
/// <param name="Dropped">Their weights that are on the cold side.</param>
internal sealed record PackPlan(IReadOnlyList<HotPack> Leaving, IReadOnlyList<GitId> Weights, IReadOnlyList<GitId> History, IReadOnlyList<GitId> Dropped)
{
    // Small ones are put together, so that frequent runs leave no heap of packs.
    private const long SmallWeightsBytes = 8L << 20;

    /// <param name="fresh">Packs that publishes and others wrote.</param>
    /// <param name="weights">Packs of weights alone.</param>
    /// <param name="history">Packs of everything else.</param>
    /// <param name="isWeights">Whether an object of a fresh pack is weights.</param>
    /// <param name="cold">Weights that are on the cold side and not needed here.</param>
    public static PackPlan Make(IReadOnlyList<HotPack> fresh, IReadOnlyList<HotPack> weights, IReadOnlyList<HotPack> history, Func<GitId, bool> isWeights, IReadOnlySet<GitId> cold)
    {
        // One fresh pack is as good as any; it waits for others, unless it holds what has to go.
        var taken = fresh.Count > 1 || fresh.Any(pack => pack.Index.Ids.Any(cold.Contains)) ? fresh : [];
        // A pack is written anew when half of it is on the cold side: less often would waste space, more often work.
        var thinned = cold.Count == 0 ? [] : weights.Where(pack => pack.Index.Ids.Count(cold.Contains) * 2 >= pack.Index.Count).ToList();
        var small = taken.Count + thinned.Count == 0 ? [] : weights.Except(thinned).Where(pack => pack.Bytes < SmallWeightsBytes).ToList();

        var stays = weights.Except(thinned).Except(small).ToList();
        var (hot, rest, dropped) = (new HashSet<GitId>(), new HashSet<GitId>(), new HashSet<GitId>());
        foreach (var id in taken.SelectMany(pack => pack.Index.Ids))
        {
            if (!isWeights(id)) rest.Add(id);
            else if (cold.Contains(id)) dropped.Add(id);
            else if (!stays.Exists(pack => pack.Index.Contains(id))) hot.Add(id);
        }
        foreach (var id in thinned.Concat(small).SelectMany(pack => pack.Index.Ids))
        {
            if (cold.Contains(id)) dropped.Add(id);
            else hot.Add(id);
        }
        var merged = rest.Count == 0 ? [] : Roll(history, rest.Count);
        foreach (var id in merged.SelectMany(pack => pack.Index.Ids)) rest.Add(id);
        foreach (var pack in history.Except(merged)) rest.RemoveWhere(pack.Index.Contains);
        return new PackPlan([.. taken, .. thinned, .. small, .. merged], [.. hot], [.. rest], [.. dropped]);
    }

    // Each pack that stays has at least twice the objects of all smaller ones together: an object is copied a few times in its
    // life, whatever the length of the history.
    private static List<HotPack> Roll(IReadOnlyList<HotPack> history, int newCount)
    {
        var merged = new List<HotPack>();
        var total = (long)newCount;
        foreach (var pack in history.OrderBy(pack => pack.Index.Count))
        {
            if (pack.Index.Count >= 2 * total) break;
            merged.Add(pack);
            total += pack.Index.Count;
        }
        return merged;
    }
}
