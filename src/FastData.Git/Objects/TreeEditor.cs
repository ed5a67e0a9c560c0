using System.Text;

namespace Delivery.FastData.Git.Objects;

/// <summary>
/// Changes entries of a tree as bytes: a tree of 20,000 names is copied in one pass instead of being taken apart. An entry is
/// <c>mode SP name NUL id</c> with an id of 20 bytes, in the byte order of the names.
/// </summary>
internal static class TreeEditor
{
    /// <summary>A plain file.</summary>
    public const string FileMode = "100644";

    /// <summary>A directory.</summary>
    public const string DirectoryMode = "40000";

    private const int IdBytes = 20;

    /// <summary>The tree with these entries set. Names keep their order; new ones are merged in.</summary>
    /// <param name="tree">The bytes of a tree of plain files; empty for a new one.</param>
    /// <param name="changes">What is set by name; null removes the entry.</param>
    /// <exception cref="FastDataException">The bytes are no tree.</exception>
    public static byte[] Edit(ReadOnlySpan<byte> tree, IEnumerable<KeyValuePair<string, GitId?>> changes)
    {
        var sorted = changes.OrderBy(change => change.Key, StringComparer.Ordinal).Select(change => (Name: Encoding.UTF8.GetBytes(change.Key), Change: change)).ToArray();
        using var result = new MemoryStream(tree.Length + (sorted.Length * 64));
        var next = 0;
        while (!tree.IsEmpty)
        {
            var length = EntryLength(tree, out var name);
            while (next < sorted.Length && sorted[next].Name.AsSpan().SequenceCompareTo(name) < 0) Write(result, sorted[next++].Change);
            if (next < sorted.Length && name.SequenceEqual(sorted[next].Name)) Write(result, sorted[next++].Change);
            else result.Write(tree[..length]);
            tree = tree[length..];
        }
        while (next < sorted.Length) Write(result, sorted[next++].Change);
        return result.ToArray();
    }

    /// <summary>Every entry of a tree, in order.</summary>
    /// <exception cref="FastDataException">The bytes are no tree.</exception>
    public static List<(string Name, GitId Id)> Read(ReadOnlySpan<byte> tree)
    {
        var entries = new List<(string, GitId)>();
        while (!tree.IsEmpty)
        {
            var length = EntryLength(tree, out var name);
            entries.Add((Encoding.UTF8.GetString(name), new GitId(Convert.ToHexStringLower(tree[(length - IdBytes)..length]))));
            tree = tree[length..];
        }
        return entries;
    }

    /// <summary>One entry's bytes.</summary>
    public static void WriteEntry(Stream target, string mode, string name, GitId id)
    {
        target.Write(Encoding.UTF8.GetBytes($"{mode} {name}\0"));
        target.Write(Convert.FromHexString(id.Hex));
    }

    private static void Write(Stream target, KeyValuePair<string, GitId?> change)
    {
        if (change.Value is { } id) WriteEntry(target, FileMode, change.Key, id);
    }

    private static int EntryLength(ReadOnlySpan<byte> tree, out ReadOnlySpan<byte> name)
    {
        var space = tree.IndexOf((byte)' ');
        var end = tree.IndexOf((byte)0);
        if (space < 0 || end < space || tree.Length - end - 1 < IdBytes) throw new FastDataException($"The history holds a tree that ends inside an entry, {tree.Length} bytes before its end.");
        name = tree[(space + 1)..end];
        return end + 1 + IdBytes;
    }
}
