using System.Globalization;
using System.Text;
using LibGit2Sharp;

namespace Delivery.FastData.Git.Objects;

/// <summary>The text of a commit, and the trailer that carries a generation's epoch in it.</summary>
internal static class CommitText
{
    private const string EpochTrailer = "Epoch: ";

    /// <summary>The commit object of one generation.</summary>
    /// <param name="tree">Its root tree.</param>
    /// <param name="parent">The generation before; null for the first.</param>
    /// <param name="author">Who did it.</param>
    /// <param name="when">When; whole seconds are kept.</param>
    /// <param name="message">Subject, body and trailers; the epoch is added as the last trailer.</param>
    /// <param name="epoch">The generation's number.</param>
    /// <param name="sign">Gives the armored signature of the commit without it; null for an unsigned one.</param>
    public static GitObject Make(GitId tree, CommitId? parent, Actor author, DateTimeOffset when, string message, long epoch, Func<byte[], byte[]>? sign = null)
    {
        var signature = $"{author.Name} <{author.Email}> {when.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)} +0000";
        var text = new StringBuilder()
            .Append("tree ").Append(tree.Hex).Append('\n');
        if (parent is { } id) text.Append("parent ").Append(id.Hex).Append('\n');
        text.Append("author ").Append(signature).Append('\n')
            .Append("committer ").Append(signature).Append('\n');
        var endOfHeaders = text.Length;
        text.Append('\n')
            .Append(message.ReplaceLineEndings("\n").Replace("\0", "", StringComparison.Ordinal).TrimEnd())
            .Append(EndsWithTrailer(message) ? "\n" : "\n\n")
            .Append(EpochTrailer).Append(epoch.ToString(CultureInfo.InvariantCulture)).Append('\n');
        if (sign is not null) text.Insert(endOfHeaders, SignatureHeader(sign(Encoding.UTF8.GetBytes(text.ToString()))));
        return GitObject.Of(GitObjectType.Commit, Encoding.UTF8.GetBytes(text.ToString()));
    }

    // A header of several lines: each but the first begins with a blank.
    private static string SignatureHeader(byte[] armored) => $"gpgsig {Encoding.ASCII.GetString(armored).ReplaceLineEndings("\n").TrimEnd().Replace("\n", "\n ", StringComparison.Ordinal)}\n";

    /// <summary>The epoch in a commit's message; null when it has none, so that it is no generation.</summary>
    public static long? EpochOf(string message)
    {
        var last = message.TrimEnd().Split('\n')[^1];
        return last.StartsWith(EpochTrailer, StringComparison.Ordinal)
            && long.TryParse(last.AsSpan(EpochTrailer.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && epoch > 0
            ? epoch : null;
    }

    /// <summary>The time that a commit made at <paramref name="when"/> has: whole seconds, in UTC.</summary>
    public static DateTimeOffset ToTheSecond(DateTimeOffset when) => DateTimeOffset.FromUnixTimeSeconds(when.ToUnixTimeSeconds());

    /// <summary>When a commit was made; null when its time is none of the years 1 to 9999, which somebody else's can be.</summary>
    public static DateTimeOffset? TimeOf(Commit commit)
    {
        try
        {
            return ToTheSecond(commit.Committer.When);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static bool EndsWithTrailer(string message)
    {
        var paragraphs = message.ReplaceLineEndings("\n").TrimEnd().Split("\n\n");
        if (paragraphs.Length < 2) return false;
        var last = paragraphs[^1].Split('\n')[^1];
        var colon = last.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && last[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
    }
}
