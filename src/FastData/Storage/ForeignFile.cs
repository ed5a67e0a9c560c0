namespace Delivery.FastData.Storage;

/// <summary>Opens files that somebody else put where they stand. Any thread.</summary>
public static class ForeignFile
{
    /// <summary>Opens a file for reading; null for one without bytes, which is not opened.</summary>
    /// <remarks>
    /// A pipe has no length, and opening it waits until somebody writes into it, which may be never: a thread that follows a folder would hang
    /// in it for good. So the length is looked at first.
    /// </remarks>
    /// <param name="path">The file, or a link to it.</param>
    /// <param name="share">What others may do with it meanwhile.</param>
    /// <exception cref="IOException">It cannot be opened; <see cref="FileNotFoundException"/> when it is gone.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a directory.</exception>
    public static FileStream? Open(string path, FileShare share) =>
        IsEmpty(path) ? null : new FileStream(path, FileMode.Open, FileAccess.Read, share, bufferSize: 0);

    private static bool IsEmpty(string path)
    {
        try
        {
            FileSystemInfo found = new FileInfo(path);
            if (found.LinkTarget is not null) found = found.ResolveLinkTarget(returnFinalTarget: true) ?? found; // the length of a link is that of its text
            return found is FileInfo { Exists: true, Length: 0 };
        }
        catch (IOException)
        {
            return false; // the opening tells what is wrong
        }
    }
}
