using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Delivery.FastData.Storage;

/// <summary>The calls of this machine's operating system.</summary>
public sealed class SystemCalls : ISystemCalls
{
    private const UnixFileMode Sealed = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Writable = Sealed | UnixFileMode.UserWrite;
    private const int NotPermitted = 1; // EPERM
    private const int AccessDenied = 13; // EACCES
    private const int ReadOnly = 0; // O_RDONLY, the same on every Unix

    public bool WindowsRules => OperatingSystem.IsWindows();

    public FileStream Create(string path, bool @sealed)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = @sealed ? Sealed : Writable;
        return new FileStream(path, options);
    }

    public void Write(FileStream file, ReadOnlySpan<byte> content) => file.Write(content);

    public void Sync(FileStream file) => file.Flush(flushToDisk: true);

    public void Rename(string from, string to, bool replace) => File.Move(from, to, replace);

    public void Link(string from, string to)
    {
        if (LinkCall(from, to) != 0) throw LastError("link", to);
    }

    public void Unlink(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone with its directory: what was asked for.
        }
    }

    public void MakeDirectory(string path) => Directory.CreateDirectory(path);

    public void SyncDirectory(string path)
    {
        var handle = OpenCall(path, ReadOnly);
        if (handle < 0) throw LastError("open", path);
        try
        {
            if (FSyncCall(handle) != 0) throw LastError("fsync", path);
        }
        finally
        {
            _ = CloseCall(handle);
        }
    }

    public void SetReadOnly(string path, bool readOnly) => File.SetAttributes(path, readOnly ? FileAttributes.ReadOnly : FileAttributes.Normal);

    public FileStream Lock(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    private static Exception LastError(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var failure = new IOException($"{call} of {path} failed: {new Win32Exception(error).Message}", error);
        return error is NotPermitted or AccessDenied ? new UnauthorizedAccessException(failure.Message, failure) : failure;
    }

    // The framework opens no directories, and without their fsync a new name can be lost in a power cut.
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenCall([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSyncCall(int handle);

    // The framework has no link, and its rename without replacing looks first and renames then, which would replace a file that came in between.
    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int LinkCall([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseCall(int handle);
}
