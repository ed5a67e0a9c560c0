using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Delivery.FastData.Git.Objects;

/// <summary>
/// All new objects of one commit as one pack (version 2) and its index (version 2), as git's <c>pack-format</c> describes them.
/// One file and one fsync stand where loose objects would need hundreds. Weights are stored, since they do not compress; the rest is deflated.
/// </summary>
/// <param name="Name">What git calls it: <c>pack-</c> and the pack's own SHA-1.</param>
/// <param name="Content">The bytes of the pack.</param>
/// <param name="Index">The bytes of its index.</param>
internal sealed record Pack(string Name, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte> Index)
{
    private const int HeaderBytes = 12;
    private const int HashBytes = 20;

    // A pack is put together in one array.
    private const long MaxBytes = 2_000_000_000;

    // Above it an object is taken for weights; cards and commits are far below, and a tree of thousands of ids hardly deflates.
    private const int StoreFromBytes = 16 * 1024;

    // A ZLibStream that is given nothing writes nothing, not even its header.
    private static ReadOnlySpan<byte> DeflatedNothing => [0x78, 0x01, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01];

    /// <summary>Encodes the objects; one that is given twice is written once.</summary>
    /// <exception cref="FastDataException">They are too large for one pack.</exception>
    public static Pack Of(IEnumerable<GitObject> objects)
    {
        var unique = objects.DistinctBy(o => o.Id).ToArray();
        var total = unique.Sum(o => (long)o.Content.Length);
        if (total > MaxBytes) throw new FastDataException($"One publish of {total} bytes is too large; at most {MaxBytes} can be committed at once.");
        var entries = new (byte[] Id, long Offset, uint Crc)[unique.Length];
        using var pack = new MemoryStream((int)total + (unique.Length * 64) + 64);
        Span<byte> header = stackalloc byte[HeaderBytes];
        "PACK"u8.CopyTo(header);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], 2);
        BinaryPrimitives.WriteInt32BigEndian(header[8..], unique.Length);
        pack.Write(header);
        for (var i = 0; i < unique.Length; i++)
        {
            var offset = pack.Position;
            WriteEntryHeader(pack, unique[i].Type, unique[i].Content.Length);
            var level = unique[i].Content.Length >= StoreFromBytes ? CompressionLevel.NoCompression : CompressionLevel.Fastest;
            if (unique[i].Content.IsEmpty) pack.Write(DeflatedNothing);
            else using (var deflated = new ZLibStream(pack, level, leaveOpen: true)) deflated.Write(unique[i].Content.Span);
            var crc = Crc32.Of(pack.GetBuffer().AsSpan((int)offset, (int)(pack.Position - offset)));
            entries[i] = (Convert.FromHexString(unique[i].Id.Hex), offset, crc);
        }
        var hash = Sha1(pack.GetBuffer().AsSpan(0, (int)pack.Position));
        pack.Write(hash);
        return new Pack($"pack-{Convert.ToHexStringLower(hash)}", pack.GetBuffer().AsMemory(0, (int)pack.Length), MakeIndex(entries, hash));
    }

    private static void WriteEntryHeader(Stream pack, GitObjectType type, long size)
    {
        var first = ((int)type << 4) | (int)(size & 0x0f);
        size >>= 4;
        while (size != 0)
        {
            pack.WriteByte((byte)(first | 0x80));
            first = (int)(size & 0x7f);
            size >>= 7;
        }
        pack.WriteByte((byte)first);
    }

    private static byte[] MakeIndex((byte[] Id, long Offset, uint Crc)[] entries, byte[] packHash)
    {
        Array.Sort(entries, (a, b) => a.Id.AsSpan().SequenceCompareTo(b.Id));
        using var index = new MemoryStream(8 + 1024 + (entries.Length * 28) + (2 * HashBytes));
        index.Write([0xff, (byte)'t', (byte)'O', (byte)'c', 0, 0, 0, 2]);
        Span<byte> number = stackalloc byte[sizeof(uint)];
        for (int first = 0, below = 0; first < 256; first++)
        {
            while (below < entries.Length && entries[below].Id[0] <= first) below++;
            WriteNumber(index, number, (uint)below);
        }
        foreach (var entry in entries) index.Write(entry.Id);
        foreach (var entry in entries) WriteNumber(index, number, entry.Crc);
        // A pack is held in memory before it is written, so its offsets never need the table of 8-byte offsets.
        foreach (var entry in entries) WriteNumber(index, number, (uint)entry.Offset);
        index.Write(packHash);
        index.Write(Sha1(index.GetBuffer().AsSpan(0, (int)index.Position)));
        return index.ToArray();
    }

    private static void WriteNumber(Stream target, Span<byte> buffer, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(buffer, value);
        target.Write(buffer);
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "git's pack format ends with a SHA-1.")]
    private static byte[] Sha1(ReadOnlySpan<byte> content) => SHA1.HashData(content);
}
