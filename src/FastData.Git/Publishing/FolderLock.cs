using System.Diagnostics;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>The one lock of a folder: whoever changes what is live, or removes what a publish may look at, holds it.</summary>
internal static class FolderLock
{
    /// <summary>Waits for the lock and gives it; disposing it, or the death of this process, lets go.</summary>
    /// <exception cref="FolderBusyException">Another process held it too long.</exception>
    /// <exception cref="FastDataException">This user may not write there.</exception>
    public static IDisposable Take(FolderLayout layout, IDisk disk, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            IDisposable? held = null;
            RequireAccess(layout, () => held = disk.TryLock(layout.Lock));
            if (held is not null) return held;
            if (Stopwatch.GetElapsedTime(started) > timeout) throw new FolderBusyException($"{layout.Lock}: another process has held the folder for {timeout.TotalSeconds:0} s.");
            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Does the first thing that writes into the folder, and says clearly when this user may not.</summary>
    /// <exception cref="FastDataException">This user may not write there.</exception>
    public static void RequireAccess(FolderLayout layout, Action first)
    {
        try
        {
            first();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new FastDataException($"{layout.Root}: {e.Message} The user '{Environment.UserName}' may not write there. Run as the owner of the folder, or give it to this user; nothing was changed.", e);
        }
    }
}
