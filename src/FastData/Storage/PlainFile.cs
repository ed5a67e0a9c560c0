using System.Runtime.InteropServices;

namespace Delivery.FastData.Storage;

/// <summary>Reads files by the calls of Linux, without objects: a file of the framework is four of them, one with a finalizer.</summary>
/// <remarks>Each call says no where anything is out of the ordinary, on other systems always, and never why: the caller then goes the usual way. Any thread.</remarks>
internal static class PlainFile
{
    private const int ReadOnly = 0; // O_RDONLY
    private const int NonBlocking = 0x800; // O_NONBLOCK: a pipe in place of a file would hold up the thread until somebody writes into it
    private const int CloseOnExec = 0x80000; // O_CLOEXEC: programs that the host starts do not get it
    private const int FromEnd = 2; // SEEK_END

    // The numbers above are those of these processors; a few others have their own.
    private static readonly bool IsKnown = OperatingSystem.IsLinux() && Environment.Is64BitProcess
        && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Opens a file that has exactly that length.</summary>
    /// <param name="path">UTF-8, with a zero after its end.</param>
    /// <param name="length">In bytes, above 0; so a pipe or a device is none.</param>
    /// <param name="file">To be closed, when the result is true.</param>
    public static bool TryOpen(ReadOnlySpan<byte> path, long length, out int file)
    {
        file = IsKnown ? OpenCall(MemoryMarshal.GetReference(path), ReadOnly | NonBlocking | CloseOnExec) : -1;
        if (file < 0) return false;
        if (SeekCall(file, 0, FromEnd) == length) return true;
        Close(file);
        return false;
    }

    /// <summary>Reads from the start of the file as much as <paramref name="content"/> takes.</summary>
    public static bool TryRead(int file, Span<byte> content)
    {
        for (var done = 0; done < content.Length;)
        {
            var read = ReadCall(file, ref content[done], content.Length - done, done);
            if (read <= 0) return false;
            done += (int)read;
        }
        return true;
    }

    public static void Close(int file) => _ = CloseCall(file);

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenCall(in byte path, int flags);

    [DllImport("libc", EntryPoint = "lseek")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long SeekCall(int handle, long offset, int origin);

    [DllImport("libc", EntryPoint = "pread")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadCall(int handle, ref byte content, nint count, long offset);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseCall(int handle);
}
