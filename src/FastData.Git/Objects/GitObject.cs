using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Delivery.FastData.Git.Objects;

/// <summary>The types of objects in a pack, with the numbers that git's pack format gives them.</summary>
internal enum GitObjectType
{
    Commit = 1,
    Tree = 2,
    Blob = 3,
}

/// <summary>One new object: its bytes and the id that follows from them.</summary>
internal sealed record GitObject(GitObjectType Type, ReadOnlyMemory<byte> Content, GitId Id)
{
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "SHA-1 is what names objects in git; integrity rests on SHA-256 in the manifest.")]
    public static GitObject Of(GitObjectType type, ReadOnlyMemory<byte> content)
    {
        using var sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        sha1.AppendData(Encoding.ASCII.GetBytes($"{NameOf(type)} {content.Length}\0"));
        sha1.AppendData(content.Span);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        sha1.GetHashAndReset(hash);
        return new GitObject(type, content, new GitId(Convert.ToHexStringLower(hash)));
    }

    private static string NameOf(GitObjectType type) => type switch
    {
        GitObjectType.Commit => "commit",
        GitObjectType.Tree => "tree",
        _ => "blob",
    };
}
