using System.Security.Cryptography;
using System.Text;

namespace Delivery.TestKit;

/// <summary>All directories and files of a folder, in memory.</summary>
/// <param name="Entries">Content by path below the folder, null for a directory, which stands before what it holds.</param>
public sealed record FolderImage(SortedDictionary<string, byte[]?> Entries)
{
    /// <summary>The same for two folders that hold the same.</summary>
    public string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, content) in Entries)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{content?.Length ?? -1}\0"));
            hash.AppendData(content ?? []);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>Reads a folder.</summary>
    public static FolderImage Read(string folder)
    {
        var entries = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)) entries[Path.GetRelativePath(folder, path)] = null;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)) entries[Path.GetRelativePath(folder, path)] = File.ReadAllBytes(path);
        return new FolderImage(entries);
    }

    /// <summary>Makes the folder.</summary>
    public void WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (path, content) in Entries)
        {
            if (content is null) Directory.CreateDirectory(Path.Combine(folder, path));
            else File.WriteAllBytes(Path.Combine(folder, path), content);
        }
    }
}
