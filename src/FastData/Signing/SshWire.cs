using System.Buffers.Binary;
using System.Text;

namespace Delivery.FastData.Signing;

/// <summary>Reads the encoding of SSH (RFC 4251, section 5) front to back. Every length is checked against what is there.</summary>
/// <param name="content">The whole message.</param>
internal ref struct SshWire(ReadOnlySpan<byte> content)
{
    private ReadOnlySpan<byte> _rest = content;

    /// <exception cref="FormatException">It ends before that.</exception>
    public uint Number(string field)
    {
        var value = BinaryPrimitives.ReadUInt32BigEndian(Take(sizeof(uint), field));
        return value;
    }

    /// <summary>A length and as many bytes.</summary>
    /// <exception cref="FormatException">It ends before that.</exception>
    public ReadOnlySpan<byte> String(string field)
    {
        var length = Number(field);
        return length <= int.MaxValue ? Take((int)length, field) : throw TooShort(field);
    }

    /// <summary>A string of printable ASCII.</summary>
    /// <exception cref="FormatException">It ends before that, or holds anything else.</exception>
    public string Text(string field)
    {
        var bytes = String(field);
        return bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? throw new FormatException($"its {field} is no plain text.") : Encoding.ASCII.GetString(bytes);
    }

    /// <summary>Bytes without a length.</summary>
    /// <exception cref="FormatException">It ends before that.</exception>
    public ReadOnlySpan<byte> Take(int count, string field)
    {
        if (count > _rest.Length) throw TooShort(field);
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>A number that is not negative, as big-endian bytes that fill <paramref name="target"/>.</summary>
    /// <exception cref="FormatException">It is negative, too large, or written with more bytes than it needs.</exception>
    public void Integer(string field, Span<byte> target)
    {
        var bytes = String(field);
        var isPadded = bytes.Length > 0 && bytes[0] == 0;
        if (bytes.Length > 0 && bytes[0] >= 0x80) throw new FormatException($"its {field} is negative.");
        if (isPadded && (bytes.Length == 1 || bytes[1] < 0x80)) throw new FormatException($"its {field} has needless zeros in front.");
        if (isPadded) bytes = bytes[1..];
        if (bytes.Length > target.Length) throw new FormatException($"its {field} has {bytes.Length} bytes; at most {target.Length} can be.");
        target.Clear();
        bytes.CopyTo(target[(target.Length - bytes.Length)..]);
    }

    /// <exception cref="FormatException">More follows.</exception>
    public readonly void End()
    {
        if (!_rest.IsEmpty) throw new FormatException($"{_rest.Length} bytes follow after its end.");
    }

    private readonly FormatException TooShort(string field) => new($"it ends inside its {field}, {_rest.Length} bytes before its end.");
}
