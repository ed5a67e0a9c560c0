using System.Globalization;
using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Programs;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>Copies old weights to the cold side, month by month. They stay hot too until <see cref="Repack"/> drops them.</summary>
internal sealed class ColdMove(FolderLayout layout, ColdSide cold, GitCommand git, long maxBytes)
{
    // A pack is put together in memory.
    private const long PackBytes = 128L << 20;

    /// <summary>Weights of this run that are on the cold side now.</summary>
    public List<GitId> Moved { get; } = [];

    /// <summary>Whether all were copied, not only as many as one run may.</summary>
    public bool Done { get; private set; }

    /// <summary>What a run would move.</summary>
    public async Task<MaintenanceReport> LookAsync(MaintenanceReport report, IReadOnlyList<HotPack> packs, OldWeights old, CancellationToken cancellationToken)
    {
        var missing = Missing(packs, old);
        var bytes = 0L;
        var sizes = string.Join('\n', missing.Select(weight => weight.Id.Hex)) + "\n";
        if (missing.Count > 0) await git.ReadLinesAsync(["cat-file", "--batch-check=%(objectsize)"], line => bytes += long.Parse(line, CultureInfo.InvariantCulture), cancellationToken, sizes);
        return report with { WeightsMoved = missing.Count, BytesMoved = bytes, Months = [.. missing.Select(weight => weight.Month).Distinct()], More = old.More };
    }

    /// <summary>Copies what is not there yet.</summary>
    public async Task<MaintenanceReport> RunAsync(MaintenanceReport report, IReadOnlyList<HotPack> packs, OldWeights old, CancellationToken cancellationToken)
    {
        var missing = Missing(packs, old);
        Moved.AddRange(Hot(packs, old).Where(weight => cold.Holds(weight.Month, weight.Id)).Select(weight => weight.Id)); // by a run that died
        var (bytes, written) = (0L, 0);
        using var reader = new GitReader(layout);
        foreach (var month in missing.GroupBy(weight => weight.Month))
        {
            var (pack, packBytes) = (new List<GitObject>(), 0L);
            foreach (var (id, _) in month)
            {
                if (bytes >= maxBytes) break;
                cancellationToken.ThrowIfCancellationRequested();
                pack.Add(Read(reader, id));
                bytes += pack[^1].Content.Length;
                packBytes += pack[^1].Content.Length;
                if (packBytes < PackBytes) continue;
                packBytes = 0;
                written += await WriteAsync(month.Key, pack, cancellationToken);
            }
            written += await WriteAsync(month.Key, pack, cancellationToken);
        }
        Done = written == missing.Count;
        return report with { WeightsMoved = written, BytesMoved = bytes, Months = [.. missing.Select(weight => weight.Month).Distinct()], More = old.More || !Done };
    }

    private List<(GitId Id, string Month)> Missing(IReadOnlyList<HotPack> packs, OldWeights old) => [.. Hot(packs, old).Where(weight => !cold.Holds(weight.Month, weight.Id))];

    private static IEnumerable<(GitId Id, string Month)> Hot(IReadOnlyList<HotPack> packs, OldWeights old) =>
        packs.SelectMany(pack => pack.Index.Ids).Distinct().Where(old.Months.ContainsKey).Select(id => (id, old.Months[id])).OrderBy(weight => weight.Item2, StringComparer.Ordinal);

    private async Task<int> WriteAsync(string month, List<GitObject> weights, CancellationToken cancellationToken)
    {
        if (weights.Count == 0) return 0;
        var index = cold.Write(month, Pack.Of(weights));
        await git.RunAsync(["verify-pack", index], cancellationToken);
        Moved.AddRange(weights.Select(weight => weight.Id));
        var count = weights.Count;
        weights.Clear();
        return count;
    }

    /// <summary>Reads weights and checks that they are what their id says.</summary>
    public static GitObject Read(GitReader reader, GitId id)
    {
        var weights = GitObject.Of(GitObjectType.Blob, reader.Blob(id));
        return weights.Id == id ? weights : throw new FastDataException($"The history's blob {id} has other bytes than its id says. Look with: git fsck. Nothing was moved.");
    }
}
