using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Delivery.FastData.Git.Objects;

/// <summary>The checksum at the end of git's packs, indexes and commit-graphs.</summary>
internal static class Checksum
{
    private const int HashBytes = 20;

    /// <summary>Whether a file of git ends with the SHA-1 of all that stands before it, as all of these do.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "git's file formats end with a SHA-1.")]
    public static bool IsWhole(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16);
        if (file.Length < HashBytes) return false;
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        var buffer = new byte[1 << 16];
        for (var left = file.Length - HashBytes; left > 0;)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0) return false;
            sha1.AppendData(buffer.AsSpan(0, read));
            left -= read;
        }
        Span<byte> expected = stackalloc byte[HashBytes], found = stackalloc byte[HashBytes];
        file.ReadExactly(expected);
        sha1.GetHashAndReset(found);
        return found.SequenceEqual(expected);
    }
}
