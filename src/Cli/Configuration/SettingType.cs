using System.Globalization;
using System.Text.RegularExpressions;
using Delivery.FastData.Git.Mirroring;
using Delivery.Updater.Publishing;

namespace Delivery.Cli.Configuration;

/// <summary>How a kind of value is written.</summary>
/// <param name="Expected">For messages: "a whole number".</param>
/// <param name="TryRead">The value, or null when it is not written so.</param>
internal sealed record SettingType(string Expected, Func<RawValue, object?> TryRead)
{
    /// <summary>Stands for a setting that is switched off by null.</summary>
    public static readonly object Nothing = new();

    public static readonly SettingType Path = new("a path, as text", raw => IsText(raw) && raw.Text.Trim().Length > 0 && !raw.Text.Contains('\0', StringComparison.Ordinal)
        ? System.IO.Path.GetFullPath(raw.Text, raw.BaseFolder) : null);

    public static readonly SettingType PathOrNull = new("a path, as text, or null", raw => raw.Kind == RawKind.Null ? Nothing : Path.TryRead(raw));

    public static readonly SettingType Text = new("text", raw => IsText(raw) && raw.Text.Trim().Length > 0 && !raw.Text.Any(char.IsControl) ? raw.Text.Trim() : null);

    public static readonly SettingType Remote = new("a folder, a URL of https, http, ssh, git or file, or host:path", raw =>
        IsText(raw) && RemoteAddress.TryParse(raw.Text, raw.BaseFolder, out var address, out _) ? address.Folder ?? raw.Text.Trim() : null);

    public static readonly SettingType Duration = new("a duration such as \"500ms\", \"10s\", \"30m\", \"24h\", \"7d\" or \"00:30:00\"", raw => IsText(raw) ? ReadDuration(raw.Text.Trim()) : null);

    public static readonly SettingType Integer = new("a whole number", raw => IsNumber(raw) && int.TryParse(raw.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null);

    public static readonly SettingType Number = new("a number", raw => IsNumber(raw) && double.TryParse(raw.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null);

    public static readonly SettingType Bytes = new("a whole number of bytes, or text such as \"64 MiB\"", raw =>
        IsNumber(raw) && long.TryParse(raw.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
        : IsText(raw) ? ReadBytes(raw.Text.Trim()) : null);

    public static readonly SettingType Rounding = new("\"none\" or \"bf16\"", raw => !IsText(raw) ? null : raw.Text.Trim() switch
    {
        "none" => WeightRounding.None,
        "bf16" => WeightRounding.Bf16,
        _ => null,
    });

    private static bool IsText(RawValue raw) => raw.Kind is RawKind.String or RawKind.Text;

    private static bool IsNumber(RawValue raw) => raw.Kind is RawKind.Number or RawKind.Text;

    private static TimeSpan? ReadDuration(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal)) return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var clock) ? clock : null;
        if (Split(text) is not var (number, unit)) return null;
        double? milliseconds = unit switch { "ms" => 1, "s" => 1e3, "m" or "min" => 60e3, "h" => 3600e3, "d" => 86400e3, _ => null };
        var product = number * milliseconds;
        return product is { } length && Math.Abs(length) < TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromTicks((long)(length * TimeSpan.TicksPerMillisecond)) : null;
    }

    private static long? ReadBytes(string text)
    {
        if (Split(text) is not var (number, unit)) return null;
        double? scale = unit switch { "B" => 1, "KiB" => 1L << 10, "MiB" => 1L << 20, "GiB" => 1L << 30, "TiB" => 1L << 40, _ => null };
        return number * scale is { } product && Math.Abs(product) < long.MaxValue && product == Math.Floor(product) ? (long)product : null;
    }

    private static (double Number, string Unit)? Split(string text)
    {
        var match = Regex.Match(text, "^(?<number>-?[0-9]+(\\.[0-9]+)?) ?(?<unit>[A-Za-z]+)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return match.Success ? (double.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture), match.Groups["unit"].Value) : null;
    }
}
