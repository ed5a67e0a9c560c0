namespace Delivery.FastData.Git.History;

/// <summary>The trailers of a commit's message, as <c>git interpret-trailers</c> sees them: lines <c>Key: value</c> of the last paragraph.</summary>
public static class CommitTrailers
{
    /// <summary>Who did what, of a generation that people asked for.</summary>
    public const string Action = "Action";

    /// <summary>The cycle that made the generation.</summary>
    public const string Cycle = "Cycle";

    /// <summary>One a model of the list: name, what became of it, why.</summary>
    public const string Outcome = "Outcome";

    /// <summary>Every trailer in order; a key may stand there several times.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(string message)
    {
        var paragraphs = message.ReplaceLineEndings("\n").TrimEnd().Split("\n\n");
        return paragraphs.Length < 2 ? [] : [.. paragraphs[^1].Split('\n').Select(Parse).OfType<KeyValuePair<string, string>>()];
    }

    /// <summary>The first value of a key; null when there is none.</summary>
    public static string? Find(string message, string key) =>
        Of(message).Where(trailer => trailer.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Select(trailer => trailer.Value).FirstOrDefault();

    /// <summary>Why people did it, which stands in a paragraph of its own right below the subject; null when the message does not say.</summary>
    public static string? ReasonOf(string message)
    {
        const string start = "Reason: ";
        return message.ReplaceLineEndings("\n").Split("\n\n") is [_, var second, ..] && second.StartsWith(start, StringComparison.Ordinal)
            ? second[start.Length..].Trim() : null;
    }

    private static KeyValuePair<string, string>? Parse(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && line[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c == '-') ? new(line[..colon], line[(colon + 2)..].Trim()) : null;
    }
}
