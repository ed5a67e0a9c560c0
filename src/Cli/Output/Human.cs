namespace Delivery.Cli.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Human
{
    /// <summary>UTC to the second.</summary>
    public static string Time(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z";

    /// <summary>The two largest units: "3 d 4 h", "12 min", "1.2 s".</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "-" + Span(span.Negate()),
        { TotalDays: >= 1 } => Two((long)span.TotalDays, "d", span.Hours, "h"),
        { TotalHours: >= 1 } => Two((long)span.TotalHours, "h", span.Minutes, "min"),
        { TotalMinutes: >= 1 } => Two((long)span.TotalMinutes, "min", span.Seconds, "s"),
        { TotalSeconds: >= 10 } => $"{span.TotalSeconds:0} s",
        _ => $"{span.TotalSeconds:0.0##} s",
    };

    /// <summary>Binary units: "1.2 MiB".</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1L << 10 => $"{bytes} B",
        < 1L << 20 => $"{bytes / 1024.0:0.0} KiB",
        < 1L << 30 => $"{bytes / (1024.0 * 1024):0.0} MiB",
        _ => $"{bytes / (1024.0 * 1024 * 1024):0.0} GiB",
    };

    /// <summary>"1 model", "3 models".</summary>
    public static string Count(long count, string one) => $"{count} {one}{(count == 1 ? "" : "s")}";

    private static string Two(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? $"{large} {largeUnit}" : $"{large} {largeUnit} {small} {smallUnit}";
}
