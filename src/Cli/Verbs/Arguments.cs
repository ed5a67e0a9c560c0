using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Delivery.Cli.Configuration;
using Delivery.Models;

namespace Delivery.Cli.Verbs;

/// <summary>Arguments and flags that several verbs take.</summary>
internal static class Arguments
{
    public static Option<bool> Json() => new("--json") { Description = "Write JSON; docs/cli.md describes its fields." };

    /// <summary>The value of a flag that takes a whole number; the library's own message names a type of .NET.</summary>
    public static T WholeNumber<T>(ArgumentResult given) where T : struct, INumberBase<T> => Number<T>(given, NumberStyles.AllowLeadingSign, "a whole number");

    /// <summary>The same for any number.</summary>
    public static double Number(ArgumentResult given) => Number<double>(given, NumberStyles.Float, "a number");

    /// <exception cref="VerbException">This is no model name.</exception>
    public static ModelName ModelName(string text) =>
        Models.ModelName.TryParse(text, out var name, out var problem) ? name : throw VerbException.Usage(problem);

    /// <summary>A moment: ISO 8601, which is UTC where it names no zone, or a duration back from now.</summary>
    /// <exception cref="VerbException">It is neither.</exception>
    public static DateTimeOffset Time(string flag, string text, DateTimeOffset now)
    {
        var trimmed = text.Trim();
        if (char.IsAsciiDigit(trimmed.FirstOrDefault()) && trimmed.Contains('-', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(trimmed, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
        if (SettingType.Duration.TryRead(new RawValue(flag, RawKind.Text, trimmed, flag, "")) is TimeSpan { Ticks: >= 0 } back && back <= now - DateTimeOffset.MinValue) return now - back;
        throw VerbException.Usage($"{flag} is '{text}'; expected a time such as 2026-03-01T12:00:00Z or 2026-03-01 (UTC where no zone is named), or a duration back from now such as 2h or 7d.");
    }

    /// <summary>The same of a flag that need not be there.</summary>
    public static DateTimeOffset? TimeOrNull(string flag, string? text, DateTimeOffset now) => text is null ? null : Time(flag, text, now);

    private static T Number<T>(ArgumentResult given, NumberStyles style, string expected) where T : struct, INumberBase<T>
    {
        var text = given.Tokens[0].Value;
        if (T.TryParse(text, style, CultureInfo.InvariantCulture, out var value)) return value;
        var flag = (given.Parent as OptionResult)?.IdentifierToken?.Value ?? given.Argument.Name;
        given.AddError($"{flag} is '{text}'; expected {expected}.");
        return default;
    }
}
