using Delivery.FastData.Git.Programs;
using Delivery.FastData.Signing;

namespace Delivery.FastData.Git.Signing;

/// <summary>
/// Signs commits and manifests with an ssh key, through <c>ssh-keygen -Y sign</c>: from a key file without a passphrase, or with an agent
/// (<c>SSH_AUTH_SOCK</c>) that holds the key. The key is ECDSA on P-256, the one type that readers check. Any thread may call.
/// </summary>
/// <param name="key">Path of the private key; or of the public key, if an agent holds the private one.</param>
public sealed class SshSigner(string key)
{
    private const string CommitNamespace = "git";
    private SshPublicKey? _publicKey;

    /// <summary>The path that was given.</summary>
    public string Key => key;

    /// <summary>A file of allowed signers that what is signed here is held against, so that nothing is published that readers with the same file refuse. Null (the default) for none.</summary>
    public string? AllowedSigners { get; init; }

    /// <summary>The program that signs. Default: the <c>ssh-keygen</c> of the path.</summary>
    public string Program { get; init; } = "ssh-keygen";

    /// <summary>How long one signature may take, an agent's question to its owner included. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock by which keys are valid. Default: the system's.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The public key that belongs to the path.</summary>
    /// <exception cref="FastDataException">There is none, or it is of a type that readers do not check.</exception>
    public SshPublicKey PublicKey()
    {
        if (_publicKey is { } known) return known;
        try
        {
            var read = SshPublicKey.Parse(ReadPublic());
            read.RequireSupported();
            return _publicKey = read;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new FastDataException($"The signing key {key}: {e.Message}", e);
        }
    }

    /// <summary>The armored signature of a commit, made over its bytes without it.</summary>
    /// <exception cref="FastDataException">It cannot be signed; the message says why.</exception>
    internal byte[] SignCommit(byte[] commit) => Sign(commit, CommitNamespace);

    /// <summary>The armored signature of a manifest, checked as a reader will check it.</summary>
    /// <exception cref="FastDataException">It cannot be signed, or a reader would refuse it; the message says why.</exception>
    internal byte[] SignManifest(byte[] manifest)
    {
        var signature = Sign(manifest, ManifestSignature.Namespace);
        try
        {
            var made = ManifestSignature.RequireFits(manifest, signature, key);
            if (AllowedSigners is { } path) FastData.Signing.AllowedSigners.Load(path).Require(made.Key, ManifestSignature.Namespace, Time.GetUtcNow());
            return signature;
        }
        catch (UntrustedException e)
        {
            throw new FastDataException($"Nothing is published, since readers would refuse what the signing key {key} signs: {e.Message}", e);
        }
    }

    /// <summary>Whether a signature is one that this signer would make.</summary>
    internal bool Made(byte[] manifest, ReadOnlySpan<byte> signature)
    {
        try
        {
            return ManifestSignature.RequireFits(manifest, signature, key).Key.Equals(PublicKey());
        }
        catch (UntrustedException)
        {
            return false;
        }
    }

    private byte[] Sign(byte[] content, string purpose)
    {
        _ = PublicKey(); // a key that cannot serve is told before anything is signed
        return Keygen().Run(["-q", "-Y", "sign", "-f", key, "-n", purpose], content);
    }

    private string ReadPublic()
    {
        if (!File.Exists(key)) throw new FileNotFoundException("there is no such file.");
        // A private key may be readable by its program alone, and its public half stands beside it.
        if (File.Exists(key + ".pub")) return File.ReadAllText(key + ".pub");
        var text = File.ReadAllText(key);
        return text.StartsWith("-----BEGIN", StringComparison.Ordinal) ? System.Text.Encoding.ASCII.GetString(Keygen().Run(["-y", "-P", "", "-f", key], default)) : text;
    }

    private SshKeygen Keygen() => new() { Program = Program, Timeout = Timeout };
}
