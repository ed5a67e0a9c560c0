using System.Buffers.Binary;
using System.IO.Compression;

namespace Delivery.FastData.Git.Objects;

/// <summary>
/// Takes single objects out of a pack that may be damaged: each is found by the index, unpacked with its deltas, and trusted only if
/// its id follows from its bytes. What is damaged costs nobody else, unlike a reader that goes through the pack from its start. One flipped
/// bit in an object is put right, which the checksums of the index make possible.
/// </summary>
internal sealed class PackReader
{
    private const int IdBytes = 20;
    private const int IndexHeader = 8;
    private const int Fanout = 256 * sizeof(uint);
    private const int MostDeltas = 1000;

    // Deflate makes at most 1,032 bytes of one: a size beyond that is a damaged one and must not be allocated.
    private const long MostInflation = 1032;

    private readonly byte[] _pack;
    private readonly Dictionary<GitId, long> _offsets = [];

    /// <param name="pack">The bytes of a pack, version 2; flipped bits in it are put right.</param>
    /// <param name="index">The bytes of its index, version 2.</param>
    /// <exception cref="FastDataException">The index has not the length that its count asks for.</exception>
    public PackReader(byte[] pack, byte[] index)
    {
        _pack = pack;
        if (index.Length < IndexHeader + Fanout + (2 * IdBytes)) throw new FastDataException($"The index has {index.Length} bytes, which is less than an empty one.");
        long count = BinaryPrimitives.ReadUInt32BigEndian(index.AsSpan(IndexHeader + Fanout - sizeof(uint)));
        var ids = IndexHeader + Fanout;
        var offsets = ids + (count * (IdBytes + sizeof(uint)));
        var large = offsets + (count * sizeof(uint));
        if (large > index.Length - (2 * IdBytes)) throw new FastDataException($"The index has {index.Length} bytes; {count} objects need more.");
        var checksums = new (long Offset, uint Checksum)[count];
        for (var i = 0; i < count; i++)
        {
            var offset = (long)BinaryPrimitives.ReadUInt32BigEndian(index.AsSpan((int)offsets + (i * sizeof(uint))));
            var place = large + ((offset & 0x7fff_ffff) * sizeof(ulong));
            if (offset > int.MaxValue) offset = place + sizeof(ulong) <= index.Length ? (long)BinaryPrimitives.ReadUInt64BigEndian(index.AsSpan((int)place)) : -1;
            _offsets[new GitId(Convert.ToHexStringLower(index.AsSpan(ids + (i * IdBytes), IdBytes)))] = offset;
            checksums[i] = (offset, BinaryPrimitives.ReadUInt32BigEndian(index.AsSpan(ids + ((int)count * IdBytes) + (i * sizeof(uint)))));
        }
        MendBits(checksums);
    }

    /// <summary>Objects in which one flipped bit was put right.</summary>
    public int MendedBits { get; private set; }

    /// <summary>Every object that the index names.</summary>
    public IReadOnlyCollection<GitId> Ids => _offsets.Keys;

    /// <summary>One object; null when it is damaged.</summary>
    public GitObject? Read(GitId id)
    {
        try
        {
            var (type, content) = Unpack(_offsets[id], 0);
            var found = GitObject.Of(type, content);
            return found.Id == id ? found : null;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException or KeyNotFoundException or OverflowException)
        {
            return null;
        }
    }

    // An object reaches to the next one, and the last to the hash at the pack's end.
    private void MendBits((long Offset, uint Checksum)[] objects)
    {
        Array.Sort(objects);
        for (var i = 0; i < objects.Length; i++)
        {
            var (start, end) = (objects[i].Offset, i + 1 < objects.Length ? objects[i + 1].Offset : _pack.Length - IdBytes);
            if (start < 0 || end <= start || end > _pack.Length) continue;
            var content = _pack.AsSpan((int)start, (int)(end - start));
            if (Crc32.Of(content) == objects[i].Checksum || Crc32.FlippedBit(content, objects[i].Checksum) is not { } bit) continue;
            content[(int)(bit / 8)] ^= (byte)(1 << (int)(bit % 8));
            MendedBits++;
        }
    }

    private (GitObjectType Type, byte[] Content) Unpack(long offset, int depth)
    {
        if (depth > MostDeltas) throw new InvalidDataException("The deltas do not end.");
        var at = checked((int)offset);
        var first = _pack[at++];
        var type = (first >> 4) & 7;
        long size = first & 0x0f;
        for (var (more, shift) = (first >= 0x80, 4); more; shift += 7)
        {
            if (shift > 35) throw new InvalidDataException("The size is no number.");
            var next = _pack[at++];
            size |= (long)(next & 0x7f) << shift;
            more = next >= 0x80;
        }
        switch (type)
        {
            case (int)GitObjectType.Commit or (int)GitObjectType.Tree or (int)GitObjectType.Blob:
                return ((GitObjectType)type, Inflate(at, size));
            case 6:
                var distance = ReadDistance(ref at);
                var near = Unpack(offset - distance, depth + 1);
                return (near.Type, Apply(near.Content, Inflate(at, size)));
            case 7:
                var far = Unpack(_offsets[new GitId(Convert.ToHexStringLower(_pack.AsSpan(at, IdBytes)))], depth + 1);
                return (far.Type, Apply(far.Content, Inflate(at + IdBytes, size)));
            default:
                throw new InvalidDataException($"There is no type {type}.");
        }
    }

    private long ReadDistance(ref int at)
    {
        var next = _pack[at++];
        long distance = next & 0x7f;
        while (next >= 0x80)
        {
            next = _pack[at++];
            distance = checked(((distance + 1) << 7) | (uint)(next & 0x7f));
        }
        return distance > 0 ? distance : throw new InvalidDataException("A delta stands on itself.");
    }

    private byte[] Inflate(int at, long size)
    {
        var rest = _pack.Length - at;
        if (rest < 0 || size > rest * MostInflation || size > Array.MaxLength) throw new InvalidDataException("The size is more than the pack can hold.");
        using var deflated = new ZLibStream(new MemoryStream(_pack, at, rest, writable: false), CompressionMode.Decompress);
        var content = new byte[size];
        return deflated.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) == content.Length ? content : throw new InvalidDataException("It ends too early.");
    }

    // git's pack format, "Deltified representation": two sizes, then copies out of the base and pieces of new bytes.
    private static byte[] Apply(ReadOnlySpan<byte> source, ReadOnlySpan<byte> delta)
    {
        if (ReadSize(ref delta) != source.Length) throw new InvalidDataException("The delta is one of something else.");
        var size = ReadSize(ref delta);
        using var result = new MemoryStream();
        while (!delta.IsEmpty)
        {
            var code = delta[0];
            delta = delta[1..];
            if (code >= 0x80)
            {
                var (from, length) = (ReadSparse(ref delta, code, 0, 4), ReadSparse(ref delta, code >> 4, 0, 3));
                result.Write(source.Slice(checked((int)from), length == 0 ? 0x10000 : (int)length));
            }
            else if (code > 0)
            {
                result.Write(delta[..code]);
                delta = delta[code..];
            }
            else
            {
                throw new InvalidDataException("The delta has a code that means nothing.");
            }
            if (result.Length > size) break;
        }
        return result.Length == size ? result.ToArray() : throw new InvalidDataException("The delta gives another size.");
    }

    private static long ReadSize(ref ReadOnlySpan<byte> delta)
    {
        var size = 0L;
        for (var shift = 0; shift <= 35; shift += 7)
        {
            var next = delta[0];
            delta = delta[1..];
            size |= (long)(next & 0x7f) << shift;
            if (next < 0x80) return size;
        }
        throw new InvalidDataException("The size is no number.");
    }

    private static long ReadSparse(ref ReadOnlySpan<byte> delta, int bits, long value, int bytes)
    {
        for (var i = 0; i < bytes; i++)
        {
            if ((bits & (1 << i)) == 0) continue;
            value |= (long)delta[0] << (8 * i);
            delta = delta[1..];
        }
        return value;
    }
}
