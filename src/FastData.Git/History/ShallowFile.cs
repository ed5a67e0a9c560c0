using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.History;

/// <summary>
/// <c>.git/shallow</c>: the commits whose parents were left behind, one id a line. git takes such a commit for one without
/// parents; libgit2 1.5 does not know the file, so whoever walks the history asks it here.
/// </summary>
internal static class ShallowFile
{
    public static string PathOf(FolderLayout layout) => Path.Combine(layout.Repository, "shallow");

    /// <summary>The boundary; empty for a whole history. Lines that are no ids are left out.</summary>
    public static HashSet<CommitId> Read(FolderLayout layout) => Read(layout, out _);

    /// <param name="layout">The folder.</param>
    /// <param name="isDamaged">Whether there are lines that are no ids, on which git gives up.</param>
    public static HashSet<CommitId> Read(FolderLayout layout, out bool isDamaged)
    {
        var path = PathOf(layout);
        var commits = new HashSet<CommitId>();
        isDamaged = false;
        if (!File.Exists(path)) return commits;
        foreach (var line in File.ReadLines(path))
        {
            if (CommitId.TryParse(line, out var id)) commits.Add(id);
            else isDamaged = true;
        }
        return commits;
    }

    /// <summary>Replaces the boundary, durably.</summary>
    public static void Write(FolderLayout layout, IDisk disk, IEnumerable<CommitId> commits)
    {
        var lines = commits.Select(commit => commit.Hex + "\n").Order(StringComparer.Ordinal);
        disk.WriteDurably(PathOf(layout), Path.Combine(layout.Repository, "tmp_ours_shallow"), Encoding.ASCII.GetBytes(string.Concat(lines)));
    }
}
