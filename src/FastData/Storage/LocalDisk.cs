using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Delivery.FastData.Storage;

/// <summary>The file system of this machine.</summary>
public sealed class LocalDisk : IDisk
{
    private const UnixFileMode Sealed = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Writable = Sealed | UnixFileMode.UserWrite;
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);
    private const int WouldBlock = 11; // EWOULDBLOCK of Linux
    private const int WouldBlockOnMac = 35;
    private const int AccessDenied = unchecked((int)0x80070005);
    private static readonly TimeSpan WindowsRetry = TimeSpan.FromSeconds(3);

    public void Create(string path, ReadOnlySpan<byte> content, bool @sealed)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        // A file that is created read-only is written through the handle that created it.
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = @sealed ? Sealed : Writable;
        using (var file = new FileStream(path, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        if (@sealed && OperatingSystem.IsWindows()) File.SetAttributes(path, FileAttributes.ReadOnly);
    }

    public void Rename(string from, string to, bool replace)
    {
        // On Windows a reader that has the target open without delete sharing (a virus scanner, a backup) makes the call fail for a moment.
        if (!replace && !OperatingSystem.IsWindows())
        {
            // The framework looks first and renames then, which would replace a file that came in between.
            if (Link(from, to) != 0) throw LastError("link", to);
            File.Delete(from);
            return;
        }
        if (replace) AllowReplacing(to);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                File.Move(from, to, replace);
                return;
            }
            catch (Exception e) when (OperatingSystem.IsWindows() && e.HResult is SharingViolation or AccessDenied && Stopwatch.GetElapsedTime(started) < WindowsRetry)
            {
                Thread.Yield();
            }
        }
    }

    public void Delete(string path)
    {
        AllowReplacing(path);
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone with its directory: what was asked for.
        }
    }

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Open(path, ReadOnly);
        if (handle < 0) throw LastError("open", path);
        try
        {
            if (FSync(handle) != 0) throw LastError("fsync", path);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    public IDisposable? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e.HResult is WouldBlock or WouldBlockOnMac or SharingViolation or LockViolation)
        {
            return null;
        }
    }

    // Windows neither deletes nor replaces a read-only file.
    private static void AllowReplacing(string path)
    {
        if (OperatingSystem.IsWindows() && File.Exists(path)) File.SetAttributes(path, FileAttributes.Normal);
    }

    private static IOException LastError(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of {path} failed: {new Win32Exception(error).Message}", error);
    }

    // The framework opens no directories, and without their fsync a new name can be lost in a power cut.
    private const int ReadOnly = 0; // O_RDONLY, the same on every Unix

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(int handle);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
