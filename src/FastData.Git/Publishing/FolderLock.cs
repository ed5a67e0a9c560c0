using System.Diagnostics;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>The one lock of a folder: whoever changes what is live, or removes what a publish may look at, holds it.</summary>
internal static class FolderLock
{
    /// <summary>Waits for the lock and gives it; disposing it, or the death of this process, lets go.</summary>
    /// <exception cref="FolderBusyException">Another process held it too long.</exception>
    public static IDisposable Take(FolderLayout layout, IDisk disk, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (disk.TryLock(layout.Lock) is { } held) return held;
            if (Stopwatch.GetElapsedTime(started) > timeout) throw new FolderBusyException($"{layout.Lock}: another process has held the folder for {timeout.TotalSeconds:0} s.");
            cancellationToken.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(10));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
