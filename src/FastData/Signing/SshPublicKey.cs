using System.Security.Cryptography;

namespace Delivery.FastData.Signing;

/// <summary>A public key of OpenSSH. Two are equal when their bytes are.</summary>
public sealed class SshPublicKey : IEquatable<SshPublicKey>
{
    /// <summary>The one type of key whose signatures are checked here: ECDSA on P-256, which the framework has on every system.</summary>
    public const string Supported = "ecdsa-sha2-nistp256";

    private const int MaxBytes = 16 * 1024;
    private const string Curve = "nistp256";
    private const int CoordinateBytes = 32;
    private const byte Uncompressed = 4;

    private readonly byte[] _blob;

    private SshPublicKey(string type, byte[] blob) => (Type, _blob) = (type, blob);

    /// <summary>Such as <c>ecdsa-sha2-nistp256</c>.</summary>
    public string Type { get; }

    /// <summary>As <c>ssh-keygen -l</c> shows it: <c>SHA256:</c> and 43 characters.</summary>
    public string Fingerprint => "SHA256:" + Convert.ToBase64String(SHA256.HashData(_blob)).TrimEnd('=');

    /// <summary>A line of a <c>.pub</c> file: type, key, and a comment that is not read.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SshPublicKey Parse(string line)
    {
        var parts = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return parts is [var type, var key, ..] ? Parse(type, key) : throw new FormatException("no public key: a type and a key were expected.");
    }

    /// <param name="type">Such as <c>ecdsa-sha2-nistp256</c>.</param>
    /// <param name="base64">The key.</param>
    /// <exception cref="FormatException">It is no such key.</exception>
    public static SshPublicKey Parse(string type, string base64)
    {
        if (base64.Length > MaxBytes) throw new FormatException($"a public key of {base64.Length} characters; at most {MaxBytes} can be.");
        if (base64.Length == 0) throw new FormatException($"no public key follows its type '{type}'.");
        var blob = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, blob, out var length)) throw new FormatException($"the public key of type '{type}' is no base64.");
        var key = FromBlob(blob.AsSpan(0, length));
        return key.Type == type ? key : throw new FormatException($"the public key says that its type is '{key.Type}'; '{type}' stands before it.");
    }

    /// <summary>A key as it stands in signatures.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SshPublicKey FromBlob(ReadOnlySpan<byte> blob)
    {
        if (blob.Length > MaxBytes) throw new FormatException($"a public key of {blob.Length} bytes; at most {MaxBytes} can be.");
        var wire = new SshWire(blob);
        var type = wire.Text("type of key");
        return type.Length > 0 ? new SshPublicKey(type, blob.ToArray()) : throw new FormatException("a public key without a type.");
    }

    /// <summary>Whether a signature of this key fits the data.</summary>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">Both numbers, 32 bytes each.</param>
    /// <exception cref="FormatException">The key is not of the <see cref="Supported"/> type, or is no point of its curve.</exception>
    internal bool Verifies(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        RequireSupported();
        var wire = new SshWire(_blob);
        _ = wire.Text("type of key");
        var curve = wire.Text("curve");
        if (curve != Curve) throw new FormatException($"the key's curve is '{curve}'; expected '{Curve}'.");
        var point = wire.String("point");
        wire.End();
        if (point.Length != 1 + (2 * CoordinateBytes) || point[0] != Uncompressed) throw new FormatException($"the key's point has {point.Length} bytes; expected {1 + (2 * CoordinateBytes)}, uncompressed.");
        try
        {
            using var ecdsa = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point.Slice(1, CoordinateBytes).ToArray(), Y = point[(1 + CoordinateBytes)..].ToArray() },
            });
            return ecdsa.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"the key is no point of its curve: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">Signatures of this type of key are not checked here.</exception>
    public void RequireSupported()
    {
        if (Type != Supported) throw new FormatException($"keys of type '{Type}' are not supported; make one with: ssh-keygen -t ecdsa -b 256.");
    }

    public bool Equals(SshPublicKey? other) => other is not null && _blob.AsSpan().SequenceEqual(other._blob);

    public override bool Equals(object? obj) => Equals(obj as SshPublicKey);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_blob);
        return hash.ToHashCode();
    }

    public override string ToString() => $"{Type} {Fingerprint}";
}
