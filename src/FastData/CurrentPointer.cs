using System.Globalization;
using System.Text;

namespace Delivery.FastData;

/// <summary>The content of CURRENT: which generation is live. One line, <c>format epoch commit sha256-of-the-manifest</c>.</summary>
public sealed record CurrentPointer(int Format, long Epoch, CommitId Commit, ContentHash Manifest)
{
    /// <summary>Longest content that can be valid, in bytes; a reader takes no more.</summary>
    public const int MaxBytes = 160;

    public byte[] ToBytes() => Encoding.ASCII.GetBytes($"{Format} {Epoch} {Commit} {Manifest}\n");

    /// <param name="content">The whole file.</param>
    /// <param name="path">For the message of an error.</param>
    /// <exception cref="FastDataException">This is no pointer, or one of a format that this version does not read.</exception>
    public static CurrentPointer Parse(ReadOnlySpan<byte> content, string path)
    {
        var text = content.Length <= MaxBytes ? Encoding.ASCII.GetString(content) : "";
        if (text.EndsWith('\n') && text[..^1].Split(' ') is [var format, var epoch, var commit, var manifest]
            && int.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out var formatNumber))
        {
            if (!FolderLayout.Reads(formatNumber))
            {
                throw new FastDataException($"{path}: the folder has format {formatNumber}; this version reads {FolderLayout.Format}. Update this process first.");
            }
            if (long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var epochNumber) && epochNumber > 0
                && CommitId.TryParse(commit, out var commitId) && ContentHash.TryParse(manifest, out var hash))
            {
                return new CurrentPointer(formatNumber, epochNumber, commitId, hash);
            }
        }
        throw new FastDataException($"{path}: {content.Length} bytes that are no pointer; expected one line 'format epoch commit sha256'.");
    }
}
