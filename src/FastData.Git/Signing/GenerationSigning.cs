using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Publishing;
using Delivery.FastData.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Signing;

/// <summary>Gives generations their signatures, and gives them back after a crash. Needs the folder's lock.</summary>
/// <param name="layout">The folder.</param>
/// <param name="disk">Where files are written.</param>
/// <param name="files">The live side.</param>
/// <param name="signer">Null: nothing is signed here, and what another has signed is kept.</param>
internal sealed class GenerationSigning(FolderLayout layout, IDisk disk, GenerationFiles files, SshSigner? signer)
{
    /// <summary>Where signatures travel.</summary>
    public SignatureRef Ref { get; } = new(layout, disk);

    /// <summary>The signature of the next generation; null when nothing is signed here.</summary>
    /// <exception cref="FastDataException">It cannot be signed.</exception>
    public SignedManifest? Sign(Manifest manifest) => signer is null ? null : Ref.Prepare(manifest, signer.SignManifest(manifest.ToBytes()));

    /// <summary>The signature that came with a generation of somebody else; null when none came, or when it is of another manifest.</summary>
    public ReadOnlyMemory<byte>? Travelled(Manifest manifest) =>
        Ref.Find(manifest.Epoch, manifest.Commit) is { } signature && Serves(manifest.ToBytes(), signature) ? (ReadOnlyMemory<byte>?)signature : null;

    /// <summary>Whether the live signature is there, where one must be: cheap enough to ask at each cycle.</summary>
    public bool Looks(Manifest manifest) => signer is null || File.Exists(layout.SignaturePath(manifest.Epoch, manifest.Commit));

    /// <summary>
    /// Sees to the signature of the committed generation before it is announced. One that was lost comes back from the ref, or is made
    /// again; one of a former key is made again, so that the former key can be withdrawn.
    /// </summary>
    /// <exception cref="FastDataException">It cannot be signed.</exception>
    public void Settle(Manifest manifest)
    {
        var (bytes, known) = (manifest.ToBytes(), Ref.Find(manifest.Epoch, manifest.Commit));
        var live = ReadLive(manifest);
        if (live is not null && Serves(bytes, live) && (signer is null || known.AsSpan().SequenceEqual(live))) return;
        if (known is not null && Serves(bytes, known)) files.WriteSignature(manifest.Epoch, manifest.Commit, known);
        else if (signer is not null) Publish(manifest, live is not null && Serves(bytes, live) ? live : signer.SignManifest(bytes));
    }

    private void Publish(Manifest manifest, byte[] signature)
    {
        var signed = Ref.Prepare(manifest, signature);
        var packs = new PackFiles(layout, disk);
        packs.Write(Pack.Of([signed.Blob, signed.Tree]), manifest.Commit);
        files.WriteSignature(manifest.Epoch, manifest.Commit, signature);
        packs.RequireWritten();
        Ref.Move(signed);
        packs.Sweep(delivered => delivered == manifest.Commit);
    }

    private bool Serves(byte[] manifest, byte[] signature)
    {
        if (signer is not null) return signer.Made(manifest, signature);
        try
        {
            ManifestSignature.RequireFits(manifest, signature, layout.Manifests);
            return true;
        }
        catch (UntrustedException)
        {
            return false;
        }
    }

    private byte[]? ReadLive(Manifest manifest)
    {
        var path = layout.SignaturePath(manifest.Epoch, manifest.Commit);
        return new FileInfo(path) is { Exists: true, Length: <= SshSignature.MaxBytes } ? File.ReadAllBytes(path) : null;
    }
}
