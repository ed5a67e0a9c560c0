using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
    private const ulong NotAscii = 0xFF80FF80_FF80FF80; // in any of four characters

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
        var hash = Mix(Mix(seed, (uint)number), (uint)(number >> 32));
        return Finish(hash ^ sizeof(long));
    }

    /// <summary>The hash of the four bytes of a number, the lowest first.</summary>
    public static uint Hash(uint number, uint seed) => Finish(Mix(seed, number) ^ sizeof(uint));

    /// <summary>Four characters are a word when none needs more than a byte: no need to encode them first.</summary>
    private static bool TryHashAscii(ReadOnlySpan<char> text, uint seed, out uint hash)
    {
        hash = seed;
        var rest = text;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
        {
            var four = FourChars(rest);
            if ((four & NotAscii) != 0) return false;
            hash = Mix(hash, Bytes(four));
        }
        if (rest.Length > 0)
        {
            var tail = text.Length >= sizeof(uint) ? FourChars(text[^sizeof(uint)..]) >> (16 * (sizeof(uint) - rest.Length)) : FewChars(rest);
            if ((tail & NotAscii) != 0) return false;
            hash ^= Scramble(Bytes(tail));
        }
        hash = Finish(hash ^ (uint)text.Length);
        return true;
    }

    /// <summary>The first of them in the lowest 16 bits.</summary>
    private static ulong FourChars(ReadOnlySpan<char> text) => BitConverter.IsLittleEndian
        ? MemoryMarshal.Read<ulong>(MemoryMarshal.AsBytes(text))
        : text[0] | ((ulong)text[1] << 16) | ((ulong)text[2] << 32) | ((ulong)text[3] << 48);

    private static ulong FewChars(ReadOnlySpan<char> text)
    {
        var chars = 0ul;
        for (var i = text.Length - 1; i >= 0; i--) chars = (chars << 16) | text[i];
        return chars;
    }

    /// <summary>The low bytes of each two characters side by side, then those of all four.</summary>
    private static uint Bytes(ulong chars)
    {
        var pairs = (chars | (chars >> 8)) & 0x0000FFFF_0000FFFF;
        return (uint)(pairs | (pairs >> 16));
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Mix(uint hash, uint word) => (BitOperations.RotateLeft(hash ^ Scramble(word), 13) * 5) + 0xE6546B64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Scramble(uint word) => BitOperations.RotateLeft(word * C1, 15) * C2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(uint hash)
    {
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
