namespace Delivery.EventLog.Segments;

/// <summary>A segment of a directory.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsFinished">Whether nothing will be added: it is sealed, or its writer has begun the next one.</param>
internal readonly record struct ListedSegment(SegmentName Name, bool IsFinished);

/// <summary>What lies in the directory of a log.</summary>
internal static class SegmentFolder
{
    /// <summary>The segments of each writer by number, the writers by name (ordinal). Empty when there is no directory.</summary>
    public static SortedDictionary<string, List<ListedSegment>> List(string directory)
    {
        var writers = new SortedDictionary<string, List<ListedSegment>>(StringComparer.Ordinal);
        foreach (var name in Names(directory))
        {
            if (!writers.TryGetValue(name.Writer, out var segments)) writers.Add(name.Writer, segments = []);
            segments.Add(new ListedSegment(name, !name.IsOpen));
        }
        foreach (var segments in writers.Values) Settle(segments);
        return writers;
    }

    public static List<SegmentName> Names(string directory)
    {
        var names = new List<SegmentName>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                if (SegmentName.TryParse(Path.GetFileName(path.AsSpan()), out var name)) names.Add(name);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Not there yet, or away for a while.
        }
        return names;
    }

    private static void Settle(List<ListedSegment> segments)
    {
        // Sealed before open: a listing that runs beside the renaming may show both names of one segment.
        segments.Sort((a, b) => a.Name.Number != b.Name.Number ? a.Name.Number.CompareTo(b.Name.Number) : a.Name.IsOpen.CompareTo(b.Name.IsOpen));
        for (var i = segments.Count - 1; i > 0; i--)
        {
            if (segments[i].Name.Number == segments[i - 1].Name.Number) segments.RemoveAt(i);
        }
        for (var i = 0; i < segments.Count - 1; i++) segments[i] = segments[i] with { IsFinished = true };
    }
}
