using System.Text;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>
/// The files of packs. Until main points at its commit a pack is not reachable, and a repack or gc that runs beside us would drop it;
/// so a <c>.keep</c> file, which git honours, goes before it and is removed after the commit. It names the commit, which tells the
/// next start whether a pack that a dead publish left is delivered or waste.
/// </summary>
internal sealed class PackFiles(FolderLayout layout, IDisk disk)
{
    private const string KeepMark = "delivery ";
    private const string TemporaryPrefix = "tmp_ours_"; // beside the objects, where git tidies up other people's temporary files

    private readonly List<string> _written = [];

    private string Folder => Path.Combine(layout.Repository, "objects", "pack");

    /// <summary>Makes a pack durable and reads it back.</summary>
    /// <exception cref="FastDataException">What was read back is not what was written.</exception>
    public void Write(Pack pack, CommitId commit)
    {
        // git takes a pack for there once its index is, so the index comes last.
        WriteFile(pack.Name + ".keep", Encoding.ASCII.GetBytes($"{KeepMark}{commit}\n"), @sealed: false);
        var packPath = WriteFile(pack.Name + ".pack", pack.Content, @sealed: true);
        WriteFile(pack.Name + ".idx", pack.Index, @sealed: true);
        disk.SyncDirectory(Folder);
        if (!Checksum.IsWhole(packPath)) throw new FastDataException($"{packPath}: what was read back is not what was written. Is the disk failing?");
    }

    /// <exception cref="FastDataException">Something removed what was just written.</exception>
    public void RequireWritten()
    {
        if (_written.Find(path => !File.Exists(path)) is { } gone) throw new FastDataException($"{gone}: removed while it was being published. What else works on this repository?");
    }

    /// <summary>Whether a publish of ours died, or is about to end, after it had written its pack.</summary>
    public bool HaveUnfinished => Directory.EnumerateFiles(Folder, "*.keep").Any(keep => File.ReadAllText(keep).StartsWith(KeepMark, StringComparison.Ordinal));

    /// <summary>Lets go of packs that are delivered, and removes what dead publishes left. Needs the folder's lock.</summary>
    /// <param name="isDelivered">Whether a commit is one that main has.</param>
    /// <param name="beforeDrop">What else a dead publish left goes before its pack does, which is the sign that there was one; null for nothing.</param>
    public void Sweep(Func<CommitId, bool> isDelivered, Action? beforeDrop = null)
    {
        foreach (var path in Directory.EnumerateFiles(layout.Repository, TemporaryPrefix + "*")) disk.Delete(path);
        foreach (var keep in Directory.EnumerateFiles(Folder, "*.keep"))
        {
            var content = File.ReadAllText(keep).TrimEnd();
            if (!content.StartsWith(KeepMark, StringComparison.Ordinal)) continue; // an operator's
            if (!CommitId.TryParse(content[KeepMark.Length..], out var commit) || !isDelivered(commit))
            {
                beforeDrop?.Invoke();
                disk.Delete(Path.ChangeExtension(keep, ".idx"));
                disk.Delete(Path.ChangeExtension(keep, ".pack"));
            }
            disk.Delete(keep);
        }
    }

    private string WriteFile(string name, ReadOnlyMemory<byte> content, bool @sealed)
    {
        var path = Path.Combine(Folder, name);
        disk.WriteWhole(path, Path.Combine(layout.Repository, TemporaryPrefix + name), content.Span, @sealed);
        _written.Add(path);
        return path;
    }
}
