using System.Globalization;

namespace Delivery.FastData.Git.Control;

/// <summary>Times and texts as they stand in control files and commit messages.</summary>
internal static class ControlText
{
    private const int MaxLength = 1000;

    /// <summary>As people read it, UTC to the second.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>As machines read it, ISO 8601 in UTC to the second.</summary>
    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset WholeSeconds(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds());

    /// <summary>A text of others in one line, so that it cannot pass for a trailer; null for nothing but blanks.</summary>
    public static string? OneLine(string? text)
    {
        var line = string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length == 0 ? null : line.Length <= MaxLength ? line : line[..MaxLength] + "...";
    }
}
