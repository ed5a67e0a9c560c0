using System.Diagnostics;

namespace Delivery.FastData.Storage;

/// <summary>The file system of this machine.</summary>
/// <param name="calls">How it is reached.</param>
public sealed class LocalDisk(ISystemCalls calls) : IDisk
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);
    private const int AccessDenied = unchecked((int)0x80070005);
    private const int WouldBlock = 11; // EWOULDBLOCK of Linux
    private const int WouldBlockOnMac = 35;
    private const int FewestTries = 10; // a busy machine may stand still for all of the time below, and has hardly tried then
    private static readonly TimeSpan WindowsRetry = TimeSpan.FromSeconds(3);

    public LocalDisk() : this(new SystemCalls()) { }

    public void Create(string path, ReadOnlySpan<byte> content, bool @sealed)
    {
        using var file = calls.Create(path, @sealed);
        try
        {
            calls.Write(file, content);
            calls.Sync(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file.Dispose();
            TryUnlink(path); // half a file would keep room that a full disk has not
            throw;
        }
        file.Dispose();
        if (@sealed && calls.WindowsRules) calls.SetReadOnly(path, readOnly: true);
    }

    public void Rename(string from, string to, bool replace)
    {
        if (!replace && !calls.WindowsRules)
        {
            calls.Link(from, to);
            TryUnlink(from); // the file has its name; the other one is a leaving, which the next start removes
            return;
        }
        var started = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                Unsealed(to, () => calls.Rename(from, to, replace));
                return;
            }
            catch (Exception e) when (IsHeldForAMoment(e) && (tries < FewestTries || Stopwatch.GetElapsedTime(started) < WindowsRetry))
            {
                // A reader that has the target open without delete sharing: a virus scanner, a backup.
                Thread.Yield();
            }
        }
    }

    public void Delete(string path) => Unsealed(path, () => calls.Unlink(path));

    public void CreateDirectory(string path)
    {
        if (Directory.Exists(path)) return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null) CreateDirectory(parent);
        calls.MakeDirectory(path);
        if (parent is not null) SyncDirectory(parent);
    }

    public void SyncDirectory(string path)
    {
        if (!calls.WindowsRules) calls.SyncDirectory(path);
    }

    public IDisposable? TryLock(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path}: a directory; a file was expected. Remove it: nothing of ours is in it.");
        try
        {
            return calls.Lock(path);
        }
        catch (IOException e) when (e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation or LockViolation)
        {
            return null;
        }
    }

    private bool IsHeldForAMoment(Exception e) => calls.WindowsRules && e is IOException or UnauthorizedAccessException && e.HResult is SharingViolation or AccessDenied;

    // Windows neither deletes nor replaces a read-only file. One that stays all the same, since it is mapped, is sealed again.
    private void Unsealed(string path, Action change)
    {
        var wasSealed = calls.WindowsRules && File.Exists(path) && File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly);
        if (wasSealed) calls.SetReadOnly(path, readOnly: false);
        try
        {
            change();
        }
        catch (Exception e) when (wasSealed && e is IOException or UnauthorizedAccessException)
        {
            calls.SetReadOnly(path, readOnly: true);
            throw;
        }
    }

    private void TryUnlink(string path)
    {
        try
        {
            calls.Unlink(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be removed now is removed by the next start.
        }
    }
}
