namespace Delivery.ApplyRuntime.Reload;

/// <summary>
/// File events of CURRENT, as a hint to look now. They may be lost, late or unavailable (limits, network drives, a folder that was
/// deleted and made again), and nobody is told: the poll finds what they miss. Loader thread only, but for the events themselves.
/// </summary>
/// <param name="folder">The folder; it may not exist.</param>
/// <param name="file">Name of the file in it.</param>
/// <param name="announce">Called on a thread of the system.</param>
/// <param name="time">For the pause between attempts.</param>
internal sealed class FolderEvents(string folder, string file, Action announce, TimeProvider time) : IDisposable
{
    /// <summary>Where the system has no watchers left, asking each second would only cost.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    private FileSystemWatcher? _watcher;
    private long? _failedAt;
    private volatile bool _broken;

    /// <summary>Whether events are being received, as far as is known.</summary>
    public bool Active => _watcher is not null && !_broken;

    /// <summary>Starts watching where that is possible and not the case, and lets a dead watch go.</summary>
    public void Ensure()
    {
        var exists = Directory.Exists(folder);
        if (_watcher is not null && (_broken || !exists)) Dispose();
        if (_watcher is not null || !exists) return;
        if (_failedAt is { } failedAt && time.GetElapsedTime(failedAt) < PauseAfterFailure) return;
        FileSystemWatcher? watcher = null;
        try
        {
            // Replacing by rename raises Renamed, or Created when it came from another folder; Changed is left to the poll.
            watcher = new FileSystemWatcher(folder, file) { NotifyFilter = NotifyFilters.FileName };
            watcher.Created += (_, _) => announce();
            watcher.Renamed += (_, _) => announce();
            watcher.Deleted += (_, _) => announce();
            watcher.Error += (_, _) =>
            {
                _broken = true;
                announce();
            };
            watcher.EnableRaisingEvents = true;
            _failedAt = null;
            _watcher = watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            _failedAt = time.GetTimestamp();
            watcher?.Dispose();
        }
    }

    /// <summary>Watches anew: the poll saw a change that no event announced, so the old watch looks at a folder that is gone.</summary>
    public void Renew()
    {
        Dispose();
        Ensure();
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _watcher = null;
        _broken = false;
    }
}
