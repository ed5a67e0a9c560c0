using System.Globalization;
using Delivery.Cli.Configuration;

namespace Delivery.Cli.Verbs;

/// <summary>A time to come, as people give it on the command line.</summary>
internal static class MomentArgument
{
    private static readonly string[] Formats = [.. from day in new[] { "yyyy-MM-dd" } from clock in new[] { "", "'T'HH:mmK", "'T'HH:mm:ssK", "'T'HH:mm:ss.FFFFFFFK", " HH:mmK", " HH:mm:ssK" } select day + clock];

    /// <summary>An ISO 8601 time, UTC where it names no zone, or a duration from now; null for null.</summary>
    /// <param name="text">As it was given.</param>
    /// <param name="flag">The flag's name, for messages.</param>
    /// <param name="now">What a duration counts from.</param>
    /// <exception cref="VerbException">It is neither, or not in the future.</exception>
    public static DateTimeOffset? Future(string? text, string flag, DateTimeOffset now)
    {
        if (text is null) return null;
        var trimmed = text.Trim();
        var time = DateTimeOffset.TryParseExact(trimmed, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var given) ? given
            : SettingType.Duration.TryRead(new RawValue(flag, RawKind.Text, trimmed, flag, "")) is TimeSpan span && span < DateTimeOffset.MaxValue - now && span > DateTimeOffset.MinValue - now ? now + span
            : throw VerbException.Usage($"{flag} is '{text}'; expected a time such as 2026-03-01T12:00Z, or a duration from now such as 90m, 2h or 3d.");
        return time > now ? time : throw VerbException.Usage($"{flag} is '{text}', which is not in the future.");
    }
}
