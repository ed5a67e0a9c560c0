using System.Globalization;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Publishing;

/// <summary>
/// Removes manifests that are old enough and live files that no remaining manifest names. Needs the folder's lock. Pages that
/// a reader has mapped stay valid; on Windows such a file cannot be deleted yet. Whatever cannot be deleted holds back nothing
/// else and is tried again at the next publish.
/// </summary>
public sealed class Retirement(FolderLayout layout, IDisk disk, TimeProvider time)
{
    /// <summary>Generations that stay whatever their age.</summary>
    public const int KeepAtLeast = 3;

    /// <summary>How long a generation stays for readers that are behind. Default 24 hours.</summary>
    public TimeSpan KeepGenerations { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Cleans up behind the live generation.</summary>
    /// <returns>How many files went.</returns>
    /// <exception cref="IOException">Some could not be removed; all others are.</exception>
    public int Run(CurrentPointer live)
    {
        var manifests = Directory.EnumerateFiles(layout.Manifests, "*.json")
            .Select(path => (Path: path, Epoch: EpochOf(path)))
            .OrderByDescending(manifest => manifest.Epoch)
            .ToList();
        var limit = (time.GetUtcNow() - KeepGenerations).UtcDateTime;
        var livePath = layout.ManifestPath(live.Epoch, live.Commit);
        // A manifest above the live epoch, or a twin of it, belongs to a publish that died before its commit.
        var dead = manifests.Where(manifest => manifest.Epoch >= live.Epoch && manifest.Path != livePath).ToList();
        var old = manifests.Where(manifest => manifest.Epoch < live.Epoch).Skip(KeepAtLeast - 1).Where(manifest => File.GetLastWriteTimeUtc(manifest.Path) < limit).ToList();
        var stuck = new List<Exception>();
        var removed = RemoveLoneSignatures(stuck);
        if (dead.Count + old.Count > 0) removed += Remove([.. old.Concat(dead).Select(manifest => manifest.Path)], manifests.Select(manifest => manifest.Path), stuck);
        return stuck.Count == 0 ? removed
            : throw new IOException($"{stuck.Count} files stay until a later publish, the first because of: {stuck[0].Message}", stuck[0]);
    }

    private int Remove(List<string> leaving, IEnumerable<string> manifests, List<Exception> stuck)
    {
        var files = new GenerationFiles(layout, disk).Unnamed(manifests.Where(path => !leaving.Contains(path)));
        var removed = files.Count(path => TryDelete(path, stuck));
        // A manifest that leaves is what makes the next run look for files that nothing names: one stays while some are stuck.
        return removed + leaving.Skip(stuck.Count > 0 ? 1 : 0).SelectMany(WithSignature).Count(path => TryDelete(path, stuck));
    }

    // A publish that died between a signature and its manifest leaves one, and so does a removal that died in between.
    private int RemoveLoneSignatures(List<Exception> stuck) => Directory.EnumerateFiles(layout.Manifests, "*" + FolderLayout.SignatureSuffix)
        .Where(path => !File.Exists(path[..^FolderLayout.SignatureSuffix.Length])).Count(path => TryDelete(path, stuck));

    private bool TryDelete(string path, List<Exception> stuck)
    {
        try
        {
            disk.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            stuck.Add(e);
            return false;
        }
    }

    private static string[] WithSignature(string manifest) => File.Exists(manifest + FolderLayout.SignatureSuffix) ? [manifest, manifest + FolderLayout.SignatureSuffix] : [manifest];

    private static long EpochOf(string path) =>
        long.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;
}
