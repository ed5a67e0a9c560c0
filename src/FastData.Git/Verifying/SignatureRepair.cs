using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Publishing;
using Delivery.FastData.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Verifying;

/// <summary>
/// Brings signatures back: a file from the ref, the ref from the files, and what neither has from the key, where there is one. Needs the
/// folder's lock.
/// </summary>
/// <param name="layout">The folder.</param>
/// <param name="disk">Where files are written.</param>
/// <param name="quarantine">Where what is damaged goes.</param>
/// <param name="signer">What signs again; null for nothing.</param>
/// <param name="allowedSigners">Whose signatures are good; null for anybody's.</param>
/// <param name="time">The clock by which keys are valid.</param>
/// <param name="done">Told what was done.</param>
internal sealed class SignatureRepair(FolderLayout layout, IDisk disk, DamagedFiles quarantine, SshSigner? signer, string? allowedSigners, TimeProvider time, List<string> done)
{
    // No commit: the mark only has to keep git away until the ref is moved.
    private static readonly CommitId NoCommit = CommitId.Parse(new string('0', 40));
    private readonly SignatureRef _ref = new(layout, disk);

    /// <summary>Sees to it that a kept manifest has a good signature, if one can be had.</summary>
    /// <param name="manifest">As history says it is.</param>
    /// <param name="files">Where it is written.</param>
    /// <exception cref="FastDataException">It cannot be signed.</exception>
    public void MendFile(Manifest manifest, GenerationFiles files)
    {
        var (bytes, path) = (manifest.ToBytes(), layout.SignaturePath(manifest.Epoch, manifest.Commit));
        var live = Read(path);
        var allowed = Allowed();
        if (live is not null && SignatureLook.Refusal(bytes, live, allowed, time.GetUtcNow()) is null) return;
        var travelled = _ref.Find(manifest.Epoch, manifest.Commit);
        if (travelled is not null && SignatureLook.Refusal(bytes, travelled, allowed, time.GetUtcNow()) is null) Write(travelled, "was written again");
        else if (signer is not null) Write(signer.SignManifest(bytes), "was signed again");
        // Not allowed, but at least of this manifest.
        else if (travelled is not null && (live is null || SignatureLook.Refusal(bytes, live, null) is not null) && SignatureLook.Refusal(bytes, travelled, null) is null) Write(travelled, "was written again");

        void Write(byte[] signature, string what)
        {
            files.WriteSignature(manifest.Epoch, manifest.Commit, signature);
            done.Add($"{Path.GetRelativePath(layout.Root, path)} {what}");
        }
    }

    /// <summary>Makes the ref again, if it cannot be read or holds what fits nothing, out of what it has and what the files have.</summary>
    /// <param name="truth">Whose line was walked.</param>
    /// <param name="manifests">Those that are kept.</param>
    /// <param name="isDamaged">Whether anything is wrong with it.</param>
    public void MendRef(HistoryTruth truth, IReadOnlyList<Manifest> manifests, bool isDamaged)
    {
        if (!isDamaged) return;
        var good = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (name, signature) in _ref.List())
        {
            if (signature is null || LiveSide.SignedBy(name) is not var (epoch, shortId)) continue;
            var isOther = truth.CommitOf(epoch) is { } commit && commit.Short == shortId && truth.ManifestOf(commit).Manifest is { } manifest && SignatureLook.Refusal(manifest.ToBytes(), signature, null) is not null;
            if (!isOther) good[name] = signature;
        }
        foreach (var manifest in manifests)
        {
            if (Read(layout.SignaturePath(manifest.Epoch, manifest.Commit)) is { } live && SignatureLook.Refusal(manifest.ToBytes(), live, null) is null)
            {
                good[FolderLayout.ManifestFileName(manifest.Epoch, manifest.Commit) + FolderLayout.SignatureSuffix] = live;
            }
        }
        quarantine.Take(_ref.Path);
        if (good.Count == 0) return;
        var (tree, blobs) = SignatureRef.TreeOf(good);
        var pack = Pack.Of([.. blobs, tree]);
        new PackFiles(layout, disk).Write(pack, NoCommit);
        _ref.Set(tree);
        disk.Delete(Path.Combine(layout.Repository, "objects", "pack", pack.Name + ".keep"));
        done.Add($"{SignatureRef.Name} holds {blobs.Count} signatures again");
    }

    private AllowedSigners? Allowed()
    {
        try
        {
            return allowedSigners is null ? null : AllowedSigners.Load(allowedSigners);
        }
        catch (UntrustedException)
        {
            return null; // told as a finding
        }
    }

    private static byte[]? Read(string path) => new FileInfo(path) is { Exists: true, Length: <= SshSignature.MaxBytes } ? File.ReadAllBytes(path) : null;
}
