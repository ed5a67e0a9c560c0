using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Delivery.Models.Numerics;

/// <summary>MurmurHash3_x86_32 by Austin Appleby: a hash for draws and buckets, fixed for ever, the same on every machine. No protection against malice.</summary>
/// <remarks>Any thread; allocates nothing (a text of more than 256 characters, some not ASCII, takes an array of the shared pool).</remarks>
public static class Murmur3
{
    private const uint C1 = 0xCC9E2D51;
    private const uint C2 = 0x1B873593;
    private const int CharsOnStack = 256;
    private const int MostUtf8BytesPerChar = 3;
    private const uint LastAscii = 0x7F;

    /// <param name="data">Any length, any alignment; read as little-endian words.</param>
    /// <param name="seed">To hash several parts as one, the hash of the part before.</param>
    public static uint Hash(ReadOnlySpan<byte> data, uint seed)
    {
        var hash = seed;
        var rest = data;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..]) hash = Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
        var tail = 0u;
        for (var i = rest.Length - 1; i >= 0; i--) tail = (tail << 8) | rest[i];
        if (rest.Length > 0) hash ^= Scramble(tail);
        return Finish(hash ^ (uint)data.Length);
    }

    /// <summary>The hash of a text's UTF-8 bytes; half a character counts as U+FFFD.</summary>
    public static uint Hash(ReadOnlySpan<char> text, uint seed)
    {
        if (TryHashAscii(text, seed, out var hash)) return hash;
        if (text.Length > CharsOnStack) return HashRented(text, seed);
        Span<byte> bytes = stackalloc byte[text.Length * MostUtf8BytesPerChar];
        return Hash(bytes[..Encoding.UTF8.GetBytes(text, bytes)], seed);
    }

    /// <summary>The hash of the eight bytes of a number, the lowest first.</summary>
    public static uint Hash(long number, uint seed)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Hash(bytes, seed);
    }

    /// <summary>Four characters are a word when none needs more than a byte: no need to encode them first.</summary>
    private static bool TryHashAscii(ReadOnlySpan<char> text, uint seed, out uint hash)
    {
        hash = seed;
        var rest = text;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
        {
            var (a, b, c, d) = ((uint)rest[0], (uint)rest[1], (uint)rest[2], (uint)rest[3]);
            if ((a | b | c | d) > LastAscii) return false;
            hash = Mix(hash, a | (b << 8) | (c << 16) | (d << 24));
        }
        var tail = 0u;
        for (var i = rest.Length - 1; i >= 0; i--)
        {
            if (rest[i] > LastAscii) return false;
            tail = (tail << 8) | rest[i];
        }
        if (rest.Length > 0) hash ^= Scramble(tail);
        hash = Finish(hash ^ (uint)text.Length);
        return true;
    }

    private static uint HashRented(ReadOnlySpan<char> text, uint seed)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetByteCount(text));
        try
        {
            return Hash(rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)), seed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static uint Mix(uint hash, uint word) => (BitOperations.RotateLeft(hash ^ Scramble(word), 13) * 5) + 0xE6546B64;

    private static uint Scramble(uint word) => BitOperations.RotateLeft(word * C1, 15) * C2;

    private static uint Finish(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
