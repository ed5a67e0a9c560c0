using System.Diagnostics;
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

    private const int AlreadyExists = 17; // EEXIST: a lock that is gone again when we look

    // As long as git itself waits for packed-refs.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    /// <summary>The folder of the loose ref.</summary>
    public string Heads => Path.Combine(layout.Repository, "refs", "heads");
    private string Loose => Path.Combine(Heads, "main");
    private string LockFile => Loose + ".lock";

    /// <summary>What main points at; null when nothing was ever committed, or when the ref is lost.</summary>
    /// <exception cref="FastDataException">The ref holds something else than a commit.</exception>
    public CommitId? Read()
    {
        byte[] loose;
        try
        {
            loose = File.ReadAllBytes(Loose);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ReadPacked(); // where a pack-refs that runs beside us puts it before it removes the file
        }
        // A power cut can leave zeros of another program's write. An older value in packed-refs is not what main had.
        if (loose.All(value => value == 0)) return null;
        var text = Encoding.ASCII.GetString(loose).Trim();
        return CommitId.TryParse(text, out var id) ? id : throw new FastDataException($"{Loose}: '{text}' is no commit id. Restore it: git update-ref {Name} COMMIT.");
    }

    /// <summary>Moves main if it still points at <paramref name="expected"/>; false when it does not.</summary>
    /// <exception cref="IOException">Another git holds the ref, or the disk failed.</exception>
    public bool TryMove(CommitId? expected, CommitId target)
    {
        var temporary = Path.Combine(layout.Repository, "tmp_main_" + target.Short);
        disk.Delete(temporary);
        disk.Create(temporary, Encoding.ASCII.GetBytes(target.Hex + "\n"), @sealed: false);
        TakeLock(temporary);
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

    private void TakeLock(string temporary)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                disk.Rename(temporary, LockFile, replace: false);
                return;
            }
            catch (IOException e) when (e.HResult == AlreadyExists || File.Exists(LockFile))
            {
                // A git beside us, such as pack-refs, holds it for a moment.
                if (SpinWait.SpinUntil(() => !File.Exists(LockFile), LockPatience) && Stopwatch.GetElapsedTime(started) < LockPatience) continue;
                disk.Delete(temporary);
                throw new IOException($"{LockFile}: another git process holds the branch. If none runs, remove this file.", e);
            }
        }
    }

    // Only a publish of ours writes a manifest for a commit before main points at it.
    private bool HasManifest(CommitId commit) => Directory.EnumerateFiles(layout.Manifests, $"*-{commit.Short}.json").Any();

    private CommitId? ReadPacked()
    {
        var path = Path.Combine(layout.Repository, "packed-refs");
        if (!File.Exists(path)) return null;
        var line = File.ReadLines(path).FirstOrDefault(line => line.EndsWith(" " + Name, StringComparison.Ordinal));
        return line is null ? null
            : CommitId.TryParse(line.Split(' ')[0], out var id) ? id
            : throw new FastDataException($"{path}: '{line}' has no commit id for {Name}.");
    }

    private static CommitId? ReadId(string path)
    {
        try
        {
            return CommitId.TryParse(File.ReadAllText(path).TrimEnd('\n'), out var id) ? id : null;
        }
        catch (FileNotFoundException)
        {
            return null; // a git beside us has let go of its lock
        }
    }
}
