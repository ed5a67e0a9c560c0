namespace Delivery.FastData.Git.Mirroring;

/// <summary>Reads a ref of a repository without a git process: a loose file, else a line of <c>packed-refs</c>.</summary>
internal static class StoredRef
{
    /// <summary>What it points at; null when it is not there or is stored in another way.</summary>
    /// <param name="repository">The bare repository.</param>
    /// <param name="name">The whole name, <c>refs/…</c>.</param>
    public static CommitId? Read(string repository, string name)
    {
        try
        {
            var loose = Path.Combine(repository, name);
            if (File.Exists(loose)) return CommitId.TryParse(File.ReadAllText(loose).TrimEnd('\n'), out var id) ? id : null;
            var packed = Path.Combine(repository, "packed-refs");
            if (!File.Exists(packed)) return null;
            var line = File.ReadLines(packed).FirstOrDefault(line => line.EndsWith(" " + name, StringComparison.Ordinal));
            return CommitId.TryParse(line?.Split(' ')[0], out var old) ? old : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // being replaced, or not ours to read: whoever needs it asks git
        }
    }

    /// <summary>The repository in a folder: the folder itself, or its <c>.git</c>.</summary>
    public static string RepositoryOf(string folder) => Path.Combine(folder, ".git") is var inside && Directory.Exists(inside) ? inside : folder;
}
