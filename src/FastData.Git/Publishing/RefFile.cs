using System.Diagnostics;
using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>
/// One ref, moved by git's own protocol: the new value is written to <c>NAME.lock</c>, made durable, and renamed over the ref. The
/// lock appears with its whole content at once.
/// </summary>
/// <param name="layout">The folder.</param>
/// <param name="disk">Where files are written.</param>
/// <param name="name">Such as <c>refs/heads/main</c>.</param>
internal sealed class RefFile(FolderLayout layout, IDisk disk, string name)
{
    private const int AlreadyExists = 17; // EEXIST: a lock that is gone again when we look

    // As long as git itself waits for packed-refs.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(1);

    // A busy machine may stand still for all of that time, and the lock be long gone: then it is tried again all the same.
    private const int FewestTries = 5;

    private readonly string _loose = Path.Combine(layout.Repository, name);

    public string LockFile => _loose + ".lock";

    private string TemporaryPrefix => $"tmp_{Path.GetFileName(name)}_";

    /// <summary>The id that it points at, 40 lower-case hexadecimal digits; null when there is no such ref, or when it is lost.</summary>
    /// <exception cref="FastDataException">It holds something else.</exception>
    public string? Read()
    {
        byte[] loose;
        try
        {
            loose = File.ReadAllBytes(_loose);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ReadPacked(); // where a pack-refs that runs beside us puts it before it removes the file
        }
        // A power cut can leave zeros of another program's write. An older value in packed-refs is not what the ref had.
        if (loose.All(value => value == 0)) return null;
        var text = Encoding.ASCII.GetString(loose).Trim();
        return CommitId.TryParse(text, out var id) ? id.Hex : throw new FastDataException($"{_loose}: '{text}' is no commit id. Restore it: git update-ref {name} COMMIT.");
    }

    /// <summary>What the lock would move it to; null when there is no lock, or it holds no id.</summary>
    public string? ReadLock() => File.Exists(LockFile) ? ReadId(LockFile) : null;

    /// <summary>Moves it if it still points at <paramref name="expected"/>; false when it does not.</summary>
    /// <exception cref="IOException">Another git holds it, or the disk failed.</exception>
    public bool TryMove(string? expected, string target)
    {
        MakeFolder();
        var temporary = Path.Combine(layout.Repository, TemporaryPrefix + target[..8]);
        disk.Delete(temporary);
        disk.Create(temporary, Encoding.ASCII.GetBytes(target + "\n"), @sealed: false);
        TakeLock(temporary);
        if (Read() != expected)
        {
            disk.Delete(LockFile);
            return false;
        }
        disk.Rename(LockFile, _loose, replace: true);
        disk.SyncDirectory(Path.GetDirectoryName(_loose)!);
        return true;
    }

    /// <summary>Removes the lock, which the caller knows to be that of a publish that died.</summary>
    public void DeleteLock() => disk.Delete(LockFile);

    /// <summary>Removes the ref if it holds no id; for one that is made anew from elsewhere.</summary>
    public void DeleteDamaged()
    {
        if (File.Exists(_loose) && ReadId(_loose) is null) disk.Delete(_loose);
    }

    /// <summary>Removes the ref; only a loose one, as a publish leaves it.</summary>
    public void Delete()
    {
        if (!File.Exists(_loose)) return;
        disk.Delete(_loose);
        disk.SyncDirectory(Path.GetDirectoryName(_loose)!);
    }

    /// <summary>Removes files that a publish that died had not made the lock yet.</summary>
    public void DeleteTemporaries()
    {
        foreach (var path in Directory.EnumerateFiles(layout.Repository, TemporaryPrefix + "*")) disk.Delete(path);
    }

    private void MakeFolder()
    {
        var folder = Path.GetDirectoryName(_loose)!;
        if (Directory.Exists(folder)) return;
        disk.CreateDirectory(folder);
        disk.SyncDirectory(Path.GetDirectoryName(folder)!);
    }

    private void TakeLock(string temporary)
    {
        var started = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                disk.Rename(temporary, LockFile, replace: false);
                return;
            }
            catch (IOException e) when (e.HResult == AlreadyExists || File.Exists(LockFile))
            {
                // A git beside us, such as pack-refs, holds it for a moment.
                if (SpinWait.SpinUntil(() => !File.Exists(LockFile), LockPatience) && (tries < FewestTries || Stopwatch.GetElapsedTime(started) < LockPatience)) continue;
                disk.Delete(temporary);
                throw new IOException($"{LockFile}: another git process holds the branch. If none runs, remove this file.", e);
            }
        }
    }

    private string? ReadPacked()
    {
        var path = Path.Combine(layout.Repository, "packed-refs");
        if (!File.Exists(path)) return null;
        var line = File.ReadLines(path).FirstOrDefault(line => line.EndsWith(" " + name, StringComparison.Ordinal));
        return line is null ? null
            : CommitId.TryParse(line.Split(' ')[0], out var id) ? id.Hex
            : throw new FastDataException($"{path}: '{line}' has no object id for {name}.");
    }

    private static string? ReadId(string path)
    {
        try
        {
            return CommitId.TryParse(File.ReadAllText(path).TrimEnd('\n'), out var id) ? id.Hex : null;
        }
        catch (FileNotFoundException)
        {
            return null; // a git beside us has let go of its lock
        }
    }
}
