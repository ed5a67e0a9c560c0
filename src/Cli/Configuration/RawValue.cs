namespace Delivery.Cli.Configuration;

/// <summary>What a raw value was in JSON.</summary>
public enum RawKind
{
    /// <summary>Of the environment or a flag, where all is text.</summary>
    Text,
    String,
    Number,
    Null,
    Other,
}

/// <summary>A value as somebody wrote it.</summary>
/// <param name="Key">The setting, <c>update.pull.retries</c>.</param>
/// <param name="Kind">What it was in JSON.</param>
/// <param name="Text">The value without quotes.</param>
/// <param name="Source">Where it stands, for messages: <c>delivery.json:4:16</c>, an environment variable, a flag.</param>
/// <param name="BaseFolder">What a relative path is relative to.</param>
public sealed record RawValue(string Key, RawKind Kind, string Text, string Source, string BaseFolder)
{
    /// <summary>As it stands in a message.</summary>
    public string Shown => Kind == RawKind.String ? $"\"{Text}\"" : Kind == RawKind.Text ? $"'{Text}'" : Text;
}
