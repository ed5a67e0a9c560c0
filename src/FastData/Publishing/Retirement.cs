using System.Globalization;
using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Publishing;

/// <summary>
/// Removes manifests that are old enough and live files that no remaining manifest names. Needs the folder's lock. Pages that
/// a reader has mapped stay valid; on Windows such a file cannot be deleted yet. Whatever cannot be deleted holds back nothing
/// else and is tried again at the next publish.
/// </summary>
/// <remarks>
/// What publishes replace is remembered from one to the next, so a publish pays for what it changed and not for all models of
/// all generations. One instance belongs to one writer, and is made anew when somebody else has written.
/// </remarks>
public sealed class Retirement(FolderLayout layout, IDisk disk, TimeProvider time)
{
    /// <summary>Generations that stay whatever their age.</summary>
    public const int KeepAtLeast = 3;

    // Files that the live generation does not name, each with the first epoch from which on no generation names it.
    private Dictionary<string, long>? _left;

    /// <summary>How long a generation stays for readers that are behind. Default 24 hours.</summary>
    public TimeSpan KeepGenerations { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Cleans up behind a publish: what is due by age, from what is remembered; the first time from the manifests themselves.</summary>
    /// <param name="live">The generation that is live now.</param>
    /// <param name="before">The manifest before it; null before the first.</param>
    /// <param name="now">Its manifest.</param>
    /// <returns>How many files went.</returns>
    /// <exception cref="IOException">Some could not be removed; all others are.</exception>
    public int Run(CurrentPointer live, Manifest? before, Manifest now)
    {
        var (leaving, staying) = Choose(live);
        if (_left is not null) Note(_left, before, now);
        if (leaving.Count == 0) return RemoveLoneSignatures([]); // what is stuck is tried again
        return _left is null ? Clean(live) : Remove(_left, leaving, staying);
    }

    /// <summary>Cleans up whatever is due and whatever no manifest names, such as files of a publish that died. Reads all manifests.</summary>
    /// <returns>How many files went.</returns>
    /// <exception cref="FastDataException">A manifest is damaged; nothing was removed.</exception>
    public int Clean(CurrentPointer live)
    {
        var (leaving, staying) = Choose(live);
        var lastNamed = new Dictionary<string, long>();
        foreach (var (path, epoch) in staying.OrderBy(manifest => manifest.Epoch)) ReadNames(path, epoch, lastNamed);
        var left = lastNamed.Where(file => file.Value < live.Epoch).ToDictionary(file => file.Key, file => file.Value + 1);
        foreach (var file in Directory.EnumerateFiles(layout.Models, "*.pb").Select(path => Path.GetFileName(path)).Where(file => !lastNamed.ContainsKey(file))) left[file] = 0;
        _left = left;
        return Remove(left, leaving, staying);
    }

    private (List<string> Leaving, List<(string Path, long Epoch)> Staying) Choose(CurrentPointer live)
    {
        var manifests = Directory.EnumerateFiles(layout.Manifests, "*.json")
            .Select(path => (Path: path, Epoch: EpochOf(path)))
            .OrderByDescending(manifest => manifest.Epoch)
            .ToList();
        var limit = (time.GetUtcNow() - KeepGenerations).UtcDateTime;
        var livePath = layout.ManifestPath(live.Epoch, live.Commit);
        // A manifest above the live epoch, or a twin of it, belongs to a publish that died before its commit.
        var dead = manifests.Where(manifest => manifest.Epoch >= live.Epoch && manifest.Path != livePath);
        var old = manifests.Where(manifest => manifest.Epoch < live.Epoch).Skip(KeepAtLeast - 1).Where(manifest => File.GetLastWriteTimeUtc(manifest.Path) < limit);
        var leaving = old.Concat(dead).ToList();
        return ([.. leaving.Select(manifest => manifest.Path)], [.. manifests.Except(leaving)]);
    }

    private static void Note(Dictionary<string, long> left, Manifest? before, Manifest now)
    {
        var (old, i) = (before?.Models ?? [], 0); // both are ordered by name
        foreach (var entry in now.Models)
        {
            for (; i < old.Count && old[i].Name < entry.Name; i++) left[old[i].File] = now.Epoch;
            var replaced = i < old.Count && old[i].Name == entry.Name ? old[i++] : null;
            if (ReferenceEquals(replaced, entry)) continue;
            if (replaced is not null) left[replaced.File] = now.Epoch;
            left.Remove(entry.File);
        }
        for (; i < old.Count; i++) left[old[i].File] = now.Epoch;
    }

    private int Remove(Dictionary<string, long> left, List<string> leaving, List<(string Path, long Epoch)> staying)
    {
        var oldest = staying.Count == 0 ? 0 : staying.Min(manifest => manifest.Epoch);
        var stuck = new List<Exception>();
        var removed = RemoveLoneSignatures(stuck);
        foreach (var (file, from) in left.Where(file => file.Value <= oldest).ToList())
        {
            if (!TryDelete(Path.Combine(layout.Models, file), stuck)) continue;
            left.Remove(file);
            removed++;
        }
        // A manifest that leaves is what makes the next run look for files that nothing names: one stays while some are stuck.
        removed += leaving.Skip(stuck.Count > 0 ? 1 : 0).SelectMany(WithSignature).Count(path => TryDelete(path, stuck));
        return stuck.Count == 0 ? removed
            : throw new IOException($"{stuck.Count} files stay until a later publish, the first because of: {stuck[0].Message}", stuck[0]);
    }

    // A line a model: a manifest is looked through many times as fast as it is parsed, and what it says was checked when it was live.
    private static void ReadNames(string path, long epoch, Dictionary<string, long> lastNamed)
    {
        ReadOnlySpan<byte> content = File.ReadAllBytes(path);
        if (!content.StartsWith("{\"format\":"u8) || !content.EndsWith("\n]}\n"u8)) throw new FastDataException($"{path}: no manifest; nothing is removed while it is there.");
        var names = lastNamed.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> name = stackalloc char[512];
        var mark = "\"file\":\""u8;
        for (int at; (at = content.IndexOf(mark)) >= 0;)
        {
            content = content[(at + mark.Length)..];
            var length = content.IndexOf((byte)'"');
            if (length < 0 || length > name.Length) throw new FastDataException($"{path}: no manifest; nothing is removed while it is there.");
            names[name[..Encoding.UTF8.GetChars(content[..length], name)]] = epoch;
        }
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
