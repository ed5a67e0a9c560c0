using Delivery.EventLog.Reading;
using Delivery.EventLog.Segments;

namespace Delivery.EventLog.Writing;

/// <summary>What a writer does for the directory as a whole: finishes what dead writers left open, and keeps its limits.</summary>
internal sealed class Tidying(string directory, EventLogOptions options, TimeProvider time, ISegmentDisk disk)
{
    /// <summary>A file this young may be one that its writer has not locked yet.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromSeconds(10);

    /// <summary>Segments of dead writers that got their final name.</summary>
    public long Adopted { get; private set; }

    /// <summary>Segments deleted.</summary>
    public long Deleted { get; private set; }

    /// <summary>Those among them that a bookmark had not passed, or that went over the limit of bytes with no bookmark there.</summary>
    public long DeletedUnread { get; private set; }

    /// <param name="own">The segment that this writer writes; null for none.</param>
    public void Run(string? own)
    {
        Adopt(own);
        if (options.KeepFor is not null || options.KeepBytes is not null) Retire();
    }

    /// <summary>Only of this host, where a lock says whether the writer lives; where even our own segment seems unheld, locks say nothing.</summary>
    private void Adopt(string? own)
    {
        if (own is null || !disk.IsHeld(own)) return;
        var host = SegmentName.CleanHost(options.Host);
        foreach (var name in SegmentFolder.Names(directory))
        {
            var path = name.In(directory);
            if (!name.IsOpen || path == own || SegmentName.HostOf(name.Writer) != host) continue;
            if (time.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(path) < Young || disk.IsHeld(path) || !disk.Exists(path)) continue;
            disk.Rename(path, name.Sealed.In(directory));
            Adopted++;
        }
    }

    private void Retire()
    {
        var segments = SegmentFolder.Names(directory).Where(name => !name.IsOpen)
            .Select(name => (Name: name, File: new FileInfo(name.In(directory)))).Where(segment => segment.File.Exists)
            .OrderBy(segment => segment.File.LastWriteTimeUtc).ThenBy(segment => segment.Name.Writer, StringComparer.Ordinal).ThenBy(segment => segment.Name.Number).ToList();
        var bookmarks = Bookmark.All(directory);
        var total = segments.Sum(segment => segment.File.Length);
        foreach (var (name, file) in segments)
        {
            var length = file.Length;
            var read = bookmarks.All(bookmark => bookmark.HasPassed(name.Writer, name.Number, length));
            var old = options.KeepFor is { } age && time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc > age && read;
            var over = total > options.KeepBytes;
            if (!old && !over) continue;
            disk.Delete(name.In(directory));
            total -= length;
            Deleted++;
            if (!read || (!old && bookmarks.Count == 0)) DeletedUnread++;
        }
    }
}
