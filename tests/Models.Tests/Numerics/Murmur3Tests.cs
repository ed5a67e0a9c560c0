using System.Text;
using Delivery.Models.Numerics;

namespace Delivery.Models.Tests.Numerics;

public sealed class Murmur3Tests
{
    [Theory] // of Vowpal Wabbit's hash_test, of SMHasher and of the reference C program
    [InlineData("t", 0u, 3397902157u)]
    [InlineData("te", 0u, 3988319771u)]
    [InlineData("tes", 0u, 196677210u)]
    [InlineData("test", 0u, 3127628307u)]
    [InlineData("tested", 0u, 2247989476u)]
    [InlineData("t", 25436347u, 960607349u)]
    [InlineData("f", 0u, 728008763u)]
    [InlineData("price", 728008763u, 2831680230u)]
    [InlineData("", 0u, 0u)]
    [InlineData("", 1u, 0x514E28B7u)]
    [InlineData("", 0xFFFFFFFFu, 0x81F16F39u)]
    [InlineData("\0\0\0\0", 0u, 0x2362F9DEu)]
    [InlineData("Hello, world!", 0x9747B28Cu, 0x24884CBAu)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x9747B28Cu, 0x2FA826CDu)]
    [InlineData("погода в Москве 😀", 7u, 246907419u)]
    public void Known_values_come_out_for_bytes_and_for_text(string text, uint seed, uint expected)
    {
        Murmur3.Hash(Encoding.UTF8.GetBytes(text), seed).Should().Be(expected);
        Murmur3.Hash(text.AsSpan(), seed).Should().Be(expected);
    }

    [Fact]
    public void A_long_text_hashes_like_its_bytes()
    {
        var text = new string('ж', 1000);

        Murmur3.Hash(text.AsSpan(), 7).Should().Be(1681184873u);
        for (var length = 250; length < 260; length++) Murmur3.Hash(text.AsSpan(0, length), 7).Should().Be(Murmur3.Hash(Encoding.UTF8.GetBytes(text[..length]), 7));
    }

    [Fact] // eight characters at a time, and up to seven that are left
    public void Texts_of_every_length_hash_like_their_bytes_with_and_without_a_character_beyond_ascii()
    {
        for (var length = 0; length <= 40; length++)
        {
            var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('!' + (i * 7 % 90))));
            Murmur3.Hash(text.AsSpan(), 5).Should().Be(Straightforward(text, 5), text);
            for (var at = 0; at < length; at++)
            {
                foreach (var other in "\0\u0080ÿж\uffff")
                {
                    var mixed = text[..at] + other + text[(at + 1)..];
                    Murmur3.Hash(mixed.AsSpan(), 5).Should().Be(Straightforward(mixed, 5), mixed);
                }
            }
        }
    }

    [Theory]
    [InlineData(0x00, 0x7F)] // ASCII
    [InlineData(0x00, 0x83)] // now and then a character of two bytes
    [InlineData(0x00, 0xFFFF)] // of three bytes, mostly
    [InlineData(0xD7F8, 0xE007)] // pairs of surrogates, and halves without the other
    public void Any_text_hashes_like_its_bytes(int least, int most)
    {
        const int seed = 20261122;
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var start = random.Next(8); // so that it begins anywhere in memory
            var buffer = new char[start + random.Next(71)];
            for (var k = 0; k < buffer.Length; k++) buffer[k] = (char)random.Next(least, most + 1);
            var salt = (uint)random.NextInt64(1L << 32);
            Murmur3.Hash(buffer.AsSpan(start), salt).Should().Be(Straightforward(buffer.AsSpan(start), salt), "text {0} of seed {1} is '{2}'", i, seed, string.Join(' ', buffer.Skip(start).Select(c => $"{(int)c:X4}")));
        }
    }

    [Fact]
    public void Half_a_character_counts_as_the_replacement_character() =>
        Murmur3.Hash("a\ud83d".AsSpan(), 1).Should().Be(Murmur3.Hash("a\ufffd".AsSpan(), 1));

    [Fact]
    public void A_number_hashes_like_its_four_bytes_lowest_first()
    {
        Murmur3.Hash(0x04030201u, 9).Should().Be(Murmur3.Hash([1, 2, 3, 4], 9));
        Murmur3.Hash(uint.MaxValue, 9).Should().Be(Murmur3.Hash([255, 255, 255, 255], 9));
    }

    [Fact]
    public void A_number_hashes_like_its_eight_bytes_lowest_first()
    {
        Murmur3.Hash(0x0102030405060708, 9).Should().Be(Murmur3.Hash([8, 7, 6, 5, 4, 3, 2, 1], 9));
        Murmur3.Hash(-1L, 9).Should().Be(Murmur3.Hash([255, 255, 255, 255, 255, 255, 255, 255], 9));
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        var text = new string('ж', 200);
        Murmur3.Hash(text.AsSpan(), 1);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0u; i < 100; i++) Murmur3.Hash(text.AsSpan(), i);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    /// <summary>As the reference program does it: encoded first, then byte by byte.</summary>
    private static uint Straightforward(ReadOnlySpan<char> text, uint seed)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        var (hash, word) = (seed, 0u);
        for (var i = 0; i < bytes.Length; i++)
        {
            word |= (uint)bytes[i] << (8 * (i % 4));
            if (i % 4 != 3 && i != bytes.Length - 1) continue;
            word *= 0xCC9E2D51;
            hash ^= ((word << 15) | (word >> 17)) * 0x1B873593;
            if (i % 4 == 3) hash = (((hash << 13) | (hash >> 19)) * 5) + 0xE6546B64;
            word = 0;
        }
        hash ^= (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
