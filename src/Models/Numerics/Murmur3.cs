using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
    private const int Eight = 8; // characters of a vector
    private const ushort NotAscii = 0xFF80; // bits of a character

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
    /// <remarks>Of ASCII the low byte of each character is taken, eight at a time: their words are then ready before the hash, whose steps wait for each other, needs them.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // a call would cost a fifth of a short text
    public static uint Hash(ReadOnlySpan<char> text, uint seed)
    {
        if (text.Length < Eight) return HashFew(text, seed);
        ref readonly var first = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<char, ushort>(text));
        var hash = seed;
        for (nuint i = 0; i + Eight <= (nuint)text.Length; i += Eight)
        {
            var chars = Vector128.LoadUnsafe(in first, i);
            if (!AreAscii(chars)) return HashEncoded(text, seed);
            var bytes = Bytes(chars);
            hash = Mix(Mix(hash, (uint)bytes), (uint)(bytes >> 32));
        }
        var end = Vector128.LoadUnsafe(in first, (nuint)text.Length - Eight); // some of them a second time
        if (!AreAscii(end)) return HashEncoded(text, seed);
        return Finish(hash, Bytes(end) >> 8 >> (56 - (8 * (text.Length % Eight))), text.Length); // in two steps, since a shift by 64 would be none
    }

    /// <summary>The hash of the eight bytes of a number, the lowest first.</summary>
    public static uint Hash(long number, uint seed)
    {
        var hash = Mix(Mix(seed, (uint)number), (uint)(number >> 32));
        return Finish(hash ^ sizeof(long));
    }

    /// <summary>The hash of the four bytes of a number, the lowest first.</summary>
    public static uint Hash(uint number, uint seed) => Finish(Mix(seed, number) ^ sizeof(uint));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreAscii(Vector128<ushort> chars) => (chars & Vector128.Create(NotAscii)) == Vector128<ushort>.Zero;

    /// <summary>The low bytes of eight characters of ASCII, that of the first lowest. As signed numbers, which takes one instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bytes(Vector128<ushort> chars)
    {
        var bytes = Vector128.NarrowWithSaturation(chars.AsInt16(), chars.AsInt16()).AsUInt64().ToScalar();
        return BitConverter.IsLittleEndian ? bytes : BinaryPrimitives.ReverseEndianness(bytes);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static uint HashFew(ReadOnlySpan<char> text, uint seed)
    {
        var (bytes, all) = (0ul, 0u);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            bytes = (bytes << 8) | text[i];
            all |= text[i];
        }
        return (all & NotAscii) == 0 ? Finish(seed, bytes, text.Length) : HashEncoded(text, seed);
    }

    /// <summary>Takes in what is left after the last whole eight bytes, the first lowest, and ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Finish(uint hash, ulong rest, int length)
    {
        if ((length & sizeof(uint)) != 0)
        {
            hash = Mix(hash, (uint)rest);
            rest >>= 32;
        }
        return Finish(hash ^ Scramble((uint)rest) ^ (uint)length); // no tail is a tail of 0, which changes nothing
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // its buffer would be cleared for texts that need none
    private static uint HashEncoded(ReadOnlySpan<char> text, uint seed)
    {
        if (text.Length > CharsOnStack) return HashRented(text, seed);
        Span<byte> bytes = stackalloc byte[text.Length * MostUtf8BytesPerChar];
        return Hash(bytes[..Encoding.UTF8.GetBytes(text, bytes)], seed);
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
