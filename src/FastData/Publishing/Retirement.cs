using System.Globalization;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Publishing;

/// <summary>
/// Removes manifests that are old enough and live files that no remaining manifest names. Needs the folder's lock. Pages that
/// a reader has mapped stay valid; on Windows such a file cannot be deleted yet and is tried again at the next publish.
/// </summary>
public sealed class Retirement(FolderLayout layout, IDisk disk, TimeProvider time)
{
    /// <summary>Generations that stay whatever their age.</summary>
    public const int KeepAtLeast = 3;

    /// <summary>How long a generation stays for readers that are behind. Default 24 hours.</summary>
    public TimeSpan KeepGenerations { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Cleans up behind the live generation.</summary>
    /// <returns>How many files went.</returns>
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
        var removed = RemoveLoneSignatures();
        return dead.Count + old.Count == 0 ? removed : removed + Remove([.. dead.Concat(old).Select(manifest => manifest.Path)], manifests.Select(manifest => manifest.Path));
    }

    private int Remove(HashSet<string> leaving, IEnumerable<string> manifests)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in manifests.Where(path => !leaving.Contains(path)))
        {
            named.UnionWith(Manifest.Parse(File.ReadAllBytes(path), path).Models.Select(model => model.File));
        }
        var removed = 0;
        foreach (var path in Directory.EnumerateFiles(layout.Models, "*.pb").Where(path => !named.Contains(Path.GetFileName(path))).Concat(leaving.SelectMany(WithSignature)))
        {
            removed += TryDelete(path) ? 1 : 0;
        }
        return removed;
    }

    // A publish that died between a signature and its manifest leaves one, and so does a removal that died in between.
    private int RemoveLoneSignatures() =>
        Directory.EnumerateFiles(layout.Manifests, "*" + FolderLayout.SignatureSuffix).Where(path => !File.Exists(path[..^FolderLayout.SignatureSuffix.Length])).Count(TryDelete);

    private bool TryDelete(string path)
    {
        try
        {
            disk.Delete(path);
            return true;
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string[] WithSignature(string manifest) => File.Exists(manifest + FolderLayout.SignatureSuffix) ? [manifest, manifest + FolderLayout.SignatureSuffix] : [manifest];

    private static long EpochOf(string path) =>
        long.TryParse(Path.GetFileName(path).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;
}
