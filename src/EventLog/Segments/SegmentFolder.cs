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
        foreach (var segments in writers.Values) Settle(directory, segments);
        return writers;
    }

    /// <summary>Whether there is such a segment, under either name.</summary>
    public static bool Exists(string directory, string writer, int number)
    {
        var name = new SegmentName(writer, number, IsOpen: true);
        return number >= 0 && (File.Exists(name.In(directory)) || File.Exists(name.Sealed.In(directory)));
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

    /// <summary>A listing that runs beside the renaming of a segment may show both of its names, or neither.</summary>
    private static void Settle(string directory, List<ListedSegment> segments)
    {
        // Sealed before open.
        segments.Sort((a, b) => a.Name.Number != b.Name.Number ? a.Name.Number.CompareTo(b.Name.Number) : a.Name.IsOpen.CompareTo(b.Name.IsOpen));
        for (var i = segments.Count - 1; i > 0; i--)
        {
            if (segments[i].Name.Number == segments[i - 1].Name.Number) segments.RemoveAt(i);
        }
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            var name = segments[i].Name.Sealed;
            var before = i > 0 ? segments[i - 1].Name.Number : -1;
            for (var number = name.Number - 1; number > before && Exists(directory, name.Writer, number); number--) segments.Insert(i, new ListedSegment(name with { Number = number }, IsFinished: true));
        }
        for (var i = 0; i < segments.Count - 1; i++) segments[i] = segments[i] with { IsFinished = true };
    }
}
