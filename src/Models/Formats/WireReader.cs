using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;
using Google.Protobuf;

namespace Delivery.Models.Formats;

/// <summary>
/// Walks one protobuf message in a span, field by field. Every length is held against the bytes that remain before it is
/// used, so nothing outside the message is ever read; whatever does not fit is an <see cref="InvalidModelException"/> that
/// names the byte.
/// </summary>
/// <remarks>A copy of the struct walks on its own from where it was copied.</remarks>
internal ref struct WireReader
{
    private const int LongestVarint = 10;

    private readonly ReadOnlySpan<byte> _file;
    private readonly string _kind;
    private readonly int _number;
    private readonly int _end;
    private int _position;
    private int _fieldStart;
    private ulong _seen;

    private WireReader(ReadOnlySpan<byte> file, int start, int end, string owner, int number)
    {
        _file = file;
        (_position, _end, _kind, _number) = (start, end, owner, number);
    }

    /// <summary>The message that is a whole file.</summary>
    public WireReader(ReadOnlySpan<byte> file, string owner) : this(file, 0, file.Length, owner, -1) { }

    /// <summary>How errors call this message: put together only for one, as every model that is loaded comes by here.</summary>
    public readonly string Owner => Name is not null ? $"{_kind} '{Name}'" : _number >= 0 ? $"{_kind} {_number}" : _kind;

    /// <summary>Stands in <see cref="Owner"/> in place of its number.</summary>
    public string? Name { get; set; }

    /// <summary>Bytes from the start of the file.</summary>
    public readonly int Position => _position;

    /// <summary>Number of the field whose tag was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Wire type of that field.</summary>
    public WireFormat.WireType Type { get; private set; }

    /// <summary>The bytes that have not been walked yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _file[_position.._end];

    /// <summary>Reads the next field's tag; false at the end of the message.</summary>
    public bool Next()
    {
        _fieldStart = _position;
        if (_position == _end) return false;
        var tag = ReadVarint("a tag");
        if (tag > uint.MaxValue || tag >> 3 == 0) Fail($"{Owner} has the tag {tag}, which names no field");
        (Field, Type) = ((int)(tag >> 3), (WireFormat.WireType)(tag & 7));
        if (Type is not (WireFormat.WireType.Varint or WireFormat.WireType.Fixed64 or WireFormat.WireType.LengthDelimited or WireFormat.WireType.Fixed32))
        {
            Fail($"field {Field} of {Owner} has wire type {(int)Type}; expected 0, 1, 2 or 5");
        }
        return true;
    }

    /// <summary>Refuses a second value of a field that has one; for numbers under 64.</summary>
    public void Once(string field)
    {
        if ((_seen & (1UL << Field)) != 0) Fail($"{Owner} has more than one {field}");
        _seen |= 1UL << Field;
    }

    public ulong ReadUInt64(string field)
    {
        Expect(WireFormat.WireType.Varint, field);
        return ReadVarint(field);
    }

    /// <summary>Of at most 32 bits: the protobuf library would cut a larger number down without a word.</summary>
    public uint ReadUInt32(string field)
    {
        var value = ReadUInt64(field);
        if (value > uint.MaxValue) Fail($"{field} of {Owner} is {value}, a number of more than 32 bits");
        return (uint)value;
    }

    /// <summary>The next number of a packed field, whose bytes this reader walks: they have no tags.</summary>
    public uint ReadPackedUInt32(string field)
    {
        _fieldStart = _position;
        Type = WireFormat.WireType.Varint;
        return ReadUInt32(field);
    }

    public ulong ReadFixed64(string field)
    {
        Expect(WireFormat.WireType.Fixed64, field);
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), field));
    }

    public ReadOnlySpan<byte> ReadBytes(string field)
    {
        Expect(WireFormat.WireType.LengthDelimited, field);
        return Take(ReadLength(field), field);
    }

    /// <summary>Bytes that are valid UTF-8.</summary>
    public ReadOnlySpan<byte> ReadText(string field)
    {
        var text = ReadBytes(field);
        if (!Utf8.IsValid(text)) Fail($"{field} of {Owner} is not valid UTF-8");
        return text;
    }

    /// <summary>A message within this one.</summary>
    /// <param name="field">The name of the field.</param>
    /// <param name="owner">How errors call the message.</param>
    /// <param name="number">Of this one among its like; below 0 for none.</param>
    public WireReader ReadMessage(string field, string owner, int number = -1)
    {
        Expect(WireFormat.WireType.LengthDelimited, field);
        var length = ReadLength(field);
        var inner = new WireReader(_file, _position, _position + length, owner, number);
        _position += length;
        return inner;
    }

    /// <summary>Packed numbers of this message, which errors call as they call it.</summary>
    public WireReader ReadPacked(string field)
    {
        var inner = ReadMessage(field, _kind, _number);
        inner.Name = Name;
        return inner;
    }

    /// <summary>Steps over the field whose tag was read last.</summary>
    public void Skip()
    {
        const string field = "a field unknown here";
        _ = Type switch
        {
            WireFormat.WireType.Varint => (int)(ReadVarint(field) & 1),
            WireFormat.WireType.Fixed64 => Take(8, field).Length,
            WireFormat.WireType.Fixed32 => Take(4, field).Length,
            _ => Take(ReadLength(field), field).Length,
        };
    }

    /// <summary>Names the byte where the current field begins.</summary>
    public readonly InvalidModelException Error(string problem) => ErrorAt(_fieldStart, problem);

    /// <summary>Names a byte of the file.</summary>
    public static InvalidModelException ErrorAt(int position, string problem) => new($"byte {position}: {problem}.");

    /// <summary>Throws <see cref="Error"/>.</summary>
    [DoesNotReturn]
    public readonly void Fail(string problem) => throw Error(problem);

    /// <summary>Refuses the field whose tag was read last.</summary>
    [DoesNotReturn]
    public readonly void FailUnknown() => Fail($"{Owner} has a field {Field}, which format {ModelLimits.Format} does not know");

    private readonly void Expect(WireFormat.WireType type, string field)
    {
        if (Type != type) Fail($"{field} of {Owner} has wire type {(int)Type}; expected {(int)type}");
    }

    private int ReadLength(string field)
    {
        var length = ReadVarint(field);
        if (length > (ulong)(_end - _position)) Fail($"{Owner} says {length} bytes of {field}, {_end - _position} remain");
        return (int)length;
    }

    private ReadOnlySpan<byte> Take(int length, string field)
    {
        if (length > _end - _position) Fail($"{Owner} ends within {field}");
        var bytes = _file.Slice(_position, length);
        _position += length;
        return bytes;
    }

    private ulong ReadVarint(string field)
    {
        ulong value = 0;
        for (var i = 0; i < LongestVarint; i++)
        {
            if (_position == _end) Fail($"{Owner} ends within {field}");
            var part = _file[_position++];
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part >= 0x80) continue;
            if (part == 0 && i > 0) Fail($"{field} of {Owner} is a number written longer than it needs");
            if (i == LongestVarint - 1 && part > 1) break;
            return value;
        }
        Fail($"{field} of {Owner} is a number of more than 64 bits");
        return 0;
    }
}
