namespace Delivery.Cli.Output;

/// <summary>Text of others, made harmless for a terminal: reasons and messages come from stores and commits.</summary>
internal static class Printable
{
    /// <summary>The same text without control characters, which could move the cursor or recolour the screen.</summary>
    public static string Of(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
