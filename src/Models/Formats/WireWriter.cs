using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace Delivery.Models.Formats;

/// <summary>Writes protobuf fields into a span whose length was computed beforehand.</summary>
internal ref struct WireWriter(Span<byte> file)
{
    private readonly Span<byte> _file = file;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes of a number as a varint.</summary>
    public static int SizeOfVarint(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Bytes of a field's tag.</summary>
    public static int SizeOfTag(int field) => SizeOfVarint(Tag(field, WireFormat.WireType.LengthDelimited));

    public void WriteVarint(int field, ulong value)
    {
        WriteVarint(Tag(field, WireFormat.WireType.Varint));
        WriteVarint(value);
    }

    public void WriteFixed64(int field, ulong value)
    {
        WriteVarint(Tag(field, WireFormat.WireType.Fixed64));
        BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);
    }

    /// <summary>The tag and the length of a field whose bytes follow.</summary>
    public void WriteStart(int field, int length)
    {
        WriteVarint(Tag(field, WireFormat.WireType.LengthDelimited));
        WriteVarint((ulong)length);
    }

    public void WriteVarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _file[Position++] = (byte)(value | 0x80);
        _file[Position++] = (byte)value;
    }

    /// <summary>The next bytes, for the caller to fill; zero in a new array.</summary>
    public Span<byte> Take(int length)
    {
        var bytes = _file.Slice(Position, length);
        Position += length;
        return bytes;
    }

    private static uint Tag(int field, WireFormat.WireType type) => WireFormat.MakeTag(field, type);
}
