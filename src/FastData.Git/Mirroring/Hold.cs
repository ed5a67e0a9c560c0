using System.Diagnostics;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>Takes a lock file without blocking a thread.</summary>
internal static class Hold
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="FolderBusyException">Another process held it longer than <paramref name="patience"/>.</exception>
    public static async Task<IDisposable> TakeAsync(IDisk disk, string path, TimeSpan patience, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (disk.TryLock(path) is { } held) return held;
            if (Stopwatch.GetElapsedTime(started) > patience) throw new FolderBusyException($"{path}: another process has held it for {patience.TotalSeconds:0} s.");
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
