using System.Collections.Concurrent;
using Delivery.FastData.Git.Objects;

namespace Delivery.FastData.Git.History;

/// <summary>
/// Keeps libgit2 away from damaged indexes: it trusts what stands in them, and one flipped bit can end the whole process where git
/// would say what is wrong. Each file is read once by a process, and again when its size or time has changed.
/// </summary>
internal static class IndexGuard
{
    private static readonly ConcurrentDictionary<string, (long Length, DateTime Written)> Whole = new(StringComparer.Ordinal);

    /// <exception cref="FastDataException">An index, or a file that git derives from indexes, does not have the checksum at its end.</exception>
    public static void Require(FolderLayout layout)
    {
        foreach (var path in Indexes(layout))
        {
            if (!IsWhole(path)) throw new FastDataException($"{path}: damaged: it does not have the checksum at its end. Mend it: delivery verify --repair.");
        }
    }

    private static IEnumerable<string> Indexes(FolderLayout layout)
    {
        var objects = Path.Combine(layout.Repository, "objects");
        var alternates = Path.Combine(objects, "info", "alternates");
        var graph = Path.Combine(objects, "info", "commit-graph");
        var directories = File.Exists(alternates) ? File.ReadAllLines(alternates).Where(line => line.StartsWith('/') || Path.IsPathFullyQualified(line)).Prepend(objects) : [objects];
        return directories.Select(directory => Path.Combine(directory, "pack")).Where(Directory.Exists)
            .SelectMany(Directory.EnumerateFiles)
            .Where(path => path.EndsWith(".idx", StringComparison.Ordinal) || Path.GetFileName(path) == "multi-pack-index")
            .Concat(File.Exists(graph) ? [graph] : []);
    }

    private static bool IsWhole(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var state = (file.Length, file.LastWriteTimeUtc);
            if (Whole.TryGetValue(path, out var known) && known == state) return true;
            if (!Checksum.IsWhole(path)) return false;
            Whole[path] = state;
            return true;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return true; // a repack beside us took it away, and its objects stand elsewhere
        }
    }
}
