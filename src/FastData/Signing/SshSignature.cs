using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Delivery.FastData.Signing;

/// <summary>
/// A detached signature as <c>ssh-keygen -Y sign</c> writes it (PROTOCOL.sshsig of OpenSSH). It says which key made it, and for what
/// purpose; whether that key may sign is for <see cref="AllowedSigners"/> to say.
/// </summary>
public sealed class SshSignature
{
    /// <summary>The longest file that is read, in bytes; one of ECDSA has about 400.</summary>
    public const int MaxBytes = 16 * 1024;

    private const string Begin = "-----BEGIN SSH SIGNATURE-----";
    private const string End = "-----END SSH SIGNATURE-----";
    private const int NumberBytes = 32;
    private readonly byte[] _signature;

    private SshSignature(SshPublicKey key, string purpose, string hash, byte[] signature) => (Key, Namespace, Hash, _signature) = (key, purpose, hash, signature);

    private static ReadOnlySpan<byte> Magic => "SSHSIG"u8;

    /// <summary>The key that it says it was made with.</summary>
    public SshPublicKey Key { get; }

    /// <summary>What it was made for, so that one made for something else is not taken: <c>git</c>, <c>file</c>, <see cref="ManifestSignature.Namespace"/>.</summary>
    public string Namespace { get; }

    /// <summary>How the message was hashed: <c>sha256</c> or <c>sha512</c>.</summary>
    public string Hash { get; }

    /// <summary>Reads the text form, with its first and last line.</summary>
    /// <exception cref="FormatException">It is no signature, or one of a key whose type is not supported. Nothing but this is thrown, whatever the bytes.</exception>
    public static SshSignature Parse(ReadOnlySpan<byte> armored)
    {
        if (armored.Length > MaxBytes) throw new FormatException($"it has {armored.Length} bytes; at most {MaxBytes} can be.");
        var text = Encoding.Latin1.GetString(armored).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
        if (!text.StartsWith(Begin + "\n", StringComparison.Ordinal)) throw new FormatException($"it does not begin with '{Begin}'.");
        if (!text.EndsWith("\n" + End, StringComparison.Ordinal) || text.Length < Begin.Length + End.Length + 2) throw new FormatException($"it does not end with '{End}'.");
        var blob = new byte[text.Length];
        if (!Convert.TryFromBase64String(text[(Begin.Length + 1)..^(End.Length + 1)], blob, out var length)) throw new FormatException("it is no base64.");
        return Read(blob.AsSpan(0, length));
    }

    /// <summary>Whether it was made over exactly this message, by the key that it names.</summary>
    /// <exception cref="FormatException">The key is no point of its curve.</exception>
    public bool Fits(ReadOnlySpan<byte> message)
    {
        using var signed = new MemoryStream();
        signed.Write(Magic);
        Write(signed, Encoding.ASCII.GetBytes(Namespace));
        Write(signed, []);
        Write(signed, Encoding.ASCII.GetBytes(Hash));
        Write(signed, Hash == "sha256" ? SHA256.HashData(message) : SHA512.HashData(message));
        return Key.Verifies(signed.ToArray(), _signature);
    }

    private static SshSignature Read(ReadOnlySpan<byte> blob)
    {
        var wire = new SshWire(blob);
        if (!wire.Take(Magic.Length, "mark").SequenceEqual(Magic)) throw new FormatException("it does not begin with the mark of a signature.");
        var version = wire.Number("version");
        if (version != 1) throw new FormatException($"its version is {version}; 1 was expected.");
        var key = SshPublicKey.FromBlob(wire.String("public key"));
        var purpose = wire.Text("namespace");
        if (purpose.Length == 0) throw new FormatException("its namespace is empty.");
        var reserved = wire.String("reserved field");
        if (!reserved.IsEmpty) throw new FormatException("its reserved field is not empty.");
        var hash = wire.Text("hash algorithm");
        if (hash is not ("sha256" or "sha512")) throw new FormatException($"its hash algorithm is '{hash}'; sha256 or sha512 was expected.");
        var signature = wire.String("signature");
        wire.End();
        key.RequireSupported();
        return new SshSignature(key, purpose, hash, ReadNumbers(signature));
    }

    private static byte[] ReadNumbers(ReadOnlySpan<byte> signature)
    {
        var outer = new SshWire(signature);
        var algorithm = outer.Text("algorithm");
        if (algorithm != SshPublicKey.Supported) throw new FormatException($"its algorithm is '{algorithm}'; expected '{SshPublicKey.Supported}'.");
        var inner = new SshWire(outer.String("numbers"));
        outer.End();
        var numbers = new byte[2 * NumberBytes];
        inner.Integer("number r", numbers.AsSpan(0, NumberBytes));
        inner.Integer("number s", numbers.AsSpan(NumberBytes));
        inner.End();
        return numbers;
    }

    private static void Write(MemoryStream target, ReadOnlySpan<byte> field)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
        target.Write(length);
        target.Write(field);
    }
}
