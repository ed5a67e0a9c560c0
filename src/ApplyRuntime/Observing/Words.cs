using System.Globalization;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Observing;

/// <summary>Numbers and lists as people read them.</summary>
internal static class Words
{
    private const int MostNames = 5;

    /// <summary>The two largest units: "3 d 4 h", "12 min", "1.2 s".</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "-" + Span(span.Negate()),
        { TotalDays: >= 1 } => Two((long)span.TotalDays, "d", span.Hours, "h"),
        { TotalHours: >= 1 } => Two((long)span.TotalHours, "h", span.Minutes, "min"),
        { TotalMinutes: >= 1 } => Two((long)span.TotalMinutes, "min", span.Seconds, "s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s"),
    };

    /// <summary>UTC to the second.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A time and how long ago it was.</summary>
    public static string TimeAndAge(DateTimeOffset? time, DateTimeOffset now) => time is { } known ? $"{Time(known)}, {Span(now - known)} ago" : "not known";

    /// <summary>Binary units: "1.2 MiB".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        < 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024):0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024 * 1024):0.0} GiB"),
    };

    /// <summary>"1 model", "2 models": for what has its plural with an s.</summary>
    public static string Count(long number, string one) => string.Create(CultureInfo.InvariantCulture, $"{number} {one}{(number == 1 ? "" : "s")}");

    /// <summary>"a is", "a and b are", "a, b, c, d, e and 7 more are".</summary>
    public static string AreNames(IReadOnlyList<ModelName> names) => $"{Names([.. names.Select(name => name.Value)])} {(names.Count == 1 ? "is" : "are")}";

    /// <summary>"a", "a and b", "a, b, c, d, e and 7 more".</summary>
    /// <param name="names">At least one.</param>
    public static string Names(IReadOnlyList<string> names) => names.Count switch
    {
        1 => names[0],
        <= MostNames => $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}",
        _ => $"{string.Join(", ", names.Take(MostNames))} and {names.Count - MostNames} more",
    };

    /// <summary>The member of an enumeration as tags and JSON spell it: snake_case.</summary>
    public static string Snake(string member) => string.Concat(member.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
