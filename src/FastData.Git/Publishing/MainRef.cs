using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>
/// <c>refs/heads/main</c>, moved by git's own protocol: the new value is written to <c>main.lock</c>, made durable, and renamed
/// over the ref. The rename is the only commit point. The lock appears with its whole content at once, so one that a crash
/// left behind is told from one that another git holds: it names a commit of ours.
/// </summary>
internal sealed class MainRef(FolderLayout layout, IDisk disk)
{
    public const string Name = "refs/heads/main";

    private string Heads => Path.Combine(layout.Repository, "refs", "heads");
    private string Loose => Path.Combine(Heads, "main");
    private string LockFile => Loose + ".lock";

    /// <summary>What main points at; null when nothing was ever committed.</summary>
    public CommitId? Read() => ReadLoose() ?? ReadPacked();

    /// <summary>Moves main if it still points at <paramref name="expected"/>; false when it does not.</summary>
    /// <exception cref="IOException">Another git holds the ref, or the disk failed.</exception>
    public bool TryMove(CommitId? expected, CommitId target)
    {
        var temporary = Path.Combine(layout.Repository, "tmp_main_" + target.Short);
        disk.Delete(temporary);
        disk.Create(temporary, Encoding.ASCII.GetBytes(target.Hex + "\n"), @sealed: false);
        try
        {
            disk.Rename(temporary, LockFile, replace: false);
        }
        catch (IOException e) when (File.Exists(LockFile))
        {
            disk.Delete(temporary);
            throw new IOException($"{LockFile}: another git process holds the branch. If none runs, remove this file.", e);
        }
        if (Read() != expected)
        {
            disk.Delete(LockFile);
            return false;
        }
        disk.Rename(LockFile, Loose, replace: true);
        disk.SyncDirectory(Heads);
        return true;
    }

    /// <summary>Removes the leavings of a publish that died. Needs the folder's lock, so the publish cannot still run.</summary>
    public void Recover()
    {
        foreach (var path in Directory.EnumerateFiles(layout.Repository, "tmp_main_*")) disk.Delete(path);
        if (File.Exists(LockFile) && ReadId(LockFile) is { } target && HasManifest(target)) disk.Delete(LockFile);
    }

    // Only a publish of ours writes a manifest for a commit before main points at it.
    private bool HasManifest(CommitId commit) => Directory.EnumerateFiles(layout.Manifests, $"*-{commit.Short}.json").Any();

    private CommitId? ReadLoose() => File.Exists(Loose)
        ? ReadId(Loose) ?? throw new FastDataException($"{Loose}: '{File.ReadAllText(Loose).Trim()}' is no commit id. Restore it: git update-ref {Name} COMMIT.")
        : null;

    private CommitId? ReadPacked()
    {
        var path = Path.Combine(layout.Repository, "packed-refs");
        if (!File.Exists(path)) return null;
        var line = File.ReadLines(path).FirstOrDefault(line => line.EndsWith(" " + Name, StringComparison.Ordinal));
        return line is null ? null
            : CommitId.TryParse(line.Split(' ')[0], out var id) ? id
            : throw new FastDataException($"{path}: '{line}' has no commit id for {Name}.");
    }

    private static CommitId? ReadId(string path) => CommitId.TryParse(File.ReadAllText(path).TrimEnd('\n'), out var id) ? id : null;
}
