using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Delivery.EventLog.Writing;

/// <summary>The file system of this machine.</summary>
internal sealed class LocalSegmentDisk : ISegmentDisk
{
    public ISegmentFile Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Read access too: without it a network file system takes no lock, and the lock tells others that we live.
        return new LocalFile(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete));
    }

    public bool Exists(string path) => File.Exists(path);

    public void Rename(string from, string to) => File.Move(from, to, overwrite: false);

    public void Delete(string path) => File.Delete(path);

    public bool IsHeld(string path)
    {
        try
        {
            using var probe = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

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

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);

    private sealed class LocalFile(SafeFileHandle file) : ISegmentFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(file, bytes, offset);

        public void Sync() => RandomAccess.FlushToDisk(file);

        public void Cut(long length) => RandomAccess.SetLength(file, length);

        public void Dispose() => file.Dispose();
    }
}
