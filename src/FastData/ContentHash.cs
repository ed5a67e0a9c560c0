using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Delivery.FastData;

/// <summary>SHA-256 of the bytes of a file: 64 lower-case hexadecimal digits.</summary>
public readonly record struct ContentHash
{
    /// <summary>Digits of a whole hash.</summary>
    internal const int Length = 2 * SHA256.HashSizeInBytes;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Digits of <see cref="Short"/>.</summary>
    internal const int ShortLength = 16;

    private readonly string? _hex;

    private ContentHash(string hex) => _hex = hex;

    /// <exception cref="InvalidOperationException">This is <c>default</c>, which is no hash.</exception>
    public string Hex => _hex ?? throw new InvalidOperationException("An empty ContentHash was used.");

    /// <summary>The first 16 digits, which stand in the names of live files.</summary>
    public string Short => Hex[..ShortLength];

    public static ContentHash Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return new ContentHash(Convert.ToHexStringLower(hash));
    }

    /// <summary>Whether this is the hash of a content; allocates nothing, as a reload asks for every file.</summary>
    public bool IsOf(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Is(hash);
    }

    /// <summary>The same for a long content, in pieces.</summary>
    /// <param name="content">To be hashed.</param>
    /// <param name="pause">Called after each piece, which takes some 50 µs.</param>
    internal bool IsOf(ReadOnlySpan<byte> content, Action pause)
    {
        const int piece = 32 << 10;
        using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (; content.Length > piece; content = content[piece..])
        {
            hashing.AppendData(content[..piece]);
            pause();
        }
        hashing.AppendData(content);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        hashing.GetHashAndReset(hash);
        return Is(hash);
    }

    private bool Is(ReadOnlySpan<byte> hash)
    {
        Span<char> hex = stackalloc char[Length];
        return Convert.TryToHexStringLower(hash, hex, out _) && hex.SequenceEqual(Hex);
    }

    /// <exception cref="FormatException"><paramref name="hex"/> is not 64 lower-case hexadecimal digits.</exception>
    public static ContentHash Parse(string hex) =>
        TryParse(hex, out var hash) ? hash : throw new FormatException($"'{hex}' is no SHA-256: {Length} lower-case hexadecimal digits were expected.");

    public static bool TryParse([NotNullWhen(true)] string? hex, out ContentHash hash)
    {
        var valid = hex is { Length: Length } && !hex.AsSpan().ContainsAnyExcept(Digits);
        hash = valid ? new ContentHash(hex!) : default;
        return valid;
    }

    public override string ToString() => _hex ?? "";
}
