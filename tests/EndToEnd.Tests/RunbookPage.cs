using System.Text.RegularExpressions;

namespace Delivery.EndToEnd.Tests;

/// <summary>What docs/runbook.md tells an operator, cut into pieces that can be run.</summary>
internal static partial class RunbookPage
{
    private const string Prompt = "$ ";

    /// <summary>The text of the page.</summary>
    public static string Text { get; } = File.ReadAllText(Path.Combine(Sources.Root, "docs", "runbook.md"));

    /// <summary>Blocks of the page in their order, each with the marker above it; null for a block without one.</summary>
    public static IReadOnlyList<RunbookBlock> Blocks { get; } = Read();

    /// <summary>Each heading as links name it.</summary>
    public static IEnumerable<string> Anchors => Headings().Matches(Text)
        .Select(heading => NoAnchor().Replace(heading.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>What links on the page name.</summary>
    public static IEnumerable<string> Links => Link().Matches(Text).Select(link => link.Groups["target"].Value);

    /// <summary>Commands of a block that shows what they print, each with the lines under it.</summary>
    public static IEnumerable<(string Command, string[] Prints)> Transcript(RunbookBlock block)
    {
        var lines = block.Content.Split('\n');
        var starts = Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith(Prompt, StringComparison.Ordinal)).Append(lines.Length).ToList();
        return starts.Zip(starts.Skip(1), (from, to) => (lines[from][Prompt.Length..], lines[(from + 1)..to]));
    }

    /// <summary>What stands first of the quoted lines that was not printed, in their order; null when all was.</summary>
    public static string? FirstMissing(IEnumerable<string> quoted, string printed)
    {
        var (text, at) = (Blank().Replace(printed, " "), 0);
        foreach (var piece in quoted.SelectMany(line => line.Split('…')).Select(piece => Blank().Replace(piece, " ").Trim()))
        {
            var found = text.IndexOf(piece, at, StringComparison.Ordinal);
            if (found < 0) return piece;
            at = found + piece.Length;
        }
        return null;
    }

    private static List<RunbookBlock> Read()
    {
        var (blocks, marker) = (new List<RunbookBlock>(), (string?)null);
        foreach (Match part in Parts().Matches(Text))
        {
            if (part.Groups["heading"].Success) marker = null;
            else if (part.Groups["marker"].Success) marker = part.Groups["marker"].Value;
            else blocks.Add(new RunbookBlock(marker, part.Groups["kind"].Value, part.Groups["content"].Value));
        }
        return blocks;
    }

    [GeneratedRegex(@"^```(?<kind>[a-z]*)\n(?<content>.*?)\n```$|^<!-- scenario: (?<marker>[a-z-]+) -->$|^(?<heading>#+ )", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Parts();

    [GeneratedRegex(@"^#{2,3} (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Headings();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"[^a-z0-9 -]", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Blank();
}

/// <summary>One fenced block.</summary>
/// <param name="Marker">The scenario that it belongs to.</param>
/// <param name="Kind"><c>sh</c>: what to type. <c>text</c>: what is printed, by its own commands after <c>$</c>, else by the block above.</param>
/// <param name="Content">Its lines.</param>
internal sealed record RunbookBlock(string? Marker, string Kind, string Content)
{
    public bool IsTyped => Kind == "sh";

    public bool IsTranscript => Kind == "text" && Content.StartsWith("$ ", StringComparison.Ordinal);
}
