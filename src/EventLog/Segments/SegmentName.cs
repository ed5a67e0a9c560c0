using System.Globalization;

namespace Delivery.EventLog.Segments;

/// <summary>
/// The file name of a segment: <c>host-pid-start-number</c>, where start is the writer's in UTC. A segment that is being written
/// ends in <c>.open</c>; a finished one is renamed to <c>.events</c>.
/// </summary>
/// <param name="Writer"><c>host-pid-start</c>: one writer of one process, ever.</param>
/// <param name="Number">From 0, without gaps.</param>
/// <param name="IsOpen">Whether it may still grow.</param>
internal readonly record struct SegmentName(string Writer, int Number, bool IsOpen)
{
    private const string OpenEnd = ".open", SealedEnd = ".events";

    public string File => $"{Writer}-{Number:D6}{(IsOpen ? OpenEnd : SealedEnd)}";

    public SegmentName Sealed => this with { IsOpen = false };

    public string In(string directory) => Path.Combine(directory, File);

    /// <summary>The name of a writer.</summary>
    public static string WriterOf(string host, int process, DateTimeOffset start) => $"{CleanHost(host)}-{process}-{start.UtcDateTime:yyyyMMdd'T'HHmmssfff}";

    /// <summary>The host of a writer, cleaned; empty when the name has another form.</summary>
    public static string HostOf(string writer) =>
        writer.LastIndexOf('-') is > 0 and var start && writer.LastIndexOf('-', start - 1) is > 0 and var process ? writer[..process] : "";

    public static string CleanHost(string host) => string.Concat(host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_'));

    /// <summary>False for a file that is no segment.</summary>
    public static bool TryParse(ReadOnlySpan<char> file, out SegmentName name)
    {
        name = default;
        var open = file.EndsWith(OpenEnd, StringComparison.Ordinal);
        if (!open && !file.EndsWith(SealedEnd, StringComparison.Ordinal)) return false;
        var stem = file[..^(open ? OpenEnd.Length : SealedEnd.Length)];
        var dash = stem.LastIndexOf('-');
        if (dash <= 0 || stem.Length - dash - 1 < 6 || !int.TryParse(stem[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        name = new SegmentName(stem[..dash].ToString(), number, open);
        return true;
    }
}
