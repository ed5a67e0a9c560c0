using Delivery.FastData.Git.Programs;
using Delivery.FastData.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Signing;

/// <summary>What a manifest's signature turned out to be.</summary>
/// <param name="Refusal">Why the generation must not be published; null when it may.</param>
/// <param name="Signature">The signature to publish beside the manifest; null when it was refused.</param>
public sealed record ManifestVerdict(string? Refusal, ReadOnlyMemory<byte>? Signature);

/// <summary>
/// What a mirror asks of a commit that it fetched, before it publishes it: the signature of the commit, by <c>git verify-commit</c>, and that
/// of the manifest, which came by <see cref="SignaturesRef"/>. Reads only; any thread may call.
/// </summary>
/// <param name="folder">The fast-data folder whose repository has the commit.</param>
/// <param name="allowedSigners">The file of allowed signers; read again at each call.</param>
/// <param name="time">The clock by which keys are valid. Default: the system's.</param>
public sealed class SignedDelivery(string folder, string allowedSigners, TimeProvider? time = null)
{
    /// <summary>The ref to fetch beside the branch: a tree of the signatures of the last generations.</summary>
    public const string SignaturesRef = SignatureRef.Name;

    private const string SshBegin = "gpgsig -----BEGIN SSH SIGNATURE-----";
    private readonly FolderLayout _layout = new(folder);

    /// <summary>Asks git whether an allowed key signed a commit. git takes the time of the commit for that of the signature.</summary>
    /// <returns>Why the commit is refused; null when it is not.</returns>
    /// <exception cref="FastDataException">git cannot be run, or there is no such commit.</exception>
    public async Task<string?> RefuseCommitAsync(CommitId commit, CancellationToken cancellationToken)
    {
        try
        {
            _ = AllowedSigners.Load(allowedSigners); // git tells a missing or bad file as a bad signature
        }
        catch (UntrustedException e)
        {
            return e.Message;
        }
        var git = new GitCommand(_layout.Repository);
        var text = await git.RunAsync(["cat-file", "commit", commit.Hex], cancellationToken);
        var header = text.Split("\n\n")[0].Split('\n');
        if (!header.Any(line => line.StartsWith("gpgsig", StringComparison.Ordinal))) return $"Commit {commit.Short} is not signed.";
        // git would hand a signature of another format to another program, with keys of its own.
        if (header.Count(line => line.StartsWith("gpgsig", StringComparison.Ordinal)) != 1 || !header.Contains(SshBegin, StringComparer.Ordinal)) return $"Commit {commit.Short} has a signature that is not one ssh signature.";
        var verified = await git.TryRunAsync(
            ["-c", "gpg.format=ssh", "-c", "gpg.ssh.program=ssh-keygen", "-c", $"gpg.ssh.allowedSignersFile={Path.GetFullPath(allowedSigners)}", "verify-commit", commit.Hex], cancellationToken);
        return verified.ExitCode == 0 ? null : $"Commit {commit.Short}: its signature is refused: {verified.Complaint.ReplaceLineEndings(" ")}";
    }

    /// <summary>Takes the signature of a generation from the ref and checks it over the manifest that was rebuilt from the commit, which is the same bytes.</summary>
    public ManifestVerdict CheckManifest(Manifest manifest)
    {
        var name = $"{SignaturesRef}:{FolderLayout.ManifestFileName(manifest.Epoch, manifest.Commit)}{FolderLayout.SignatureSuffix}";
        if (Find(manifest) is not { } signature) return new ManifestVerdict($"{name}: epoch {manifest.Epoch} is not signed: there is no such signature.", null);
        try
        {
            ManifestSignature.Require(manifest.ToBytes(), signature, name, AllowedSigners.Load(allowedSigners), (time ?? TimeProvider.System).GetUtcNow());
            return new ManifestVerdict(null, signature);
        }
        catch (UntrustedException e)
        {
            return new ManifestVerdict(e.Message, null);
        }
    }

    /// <summary>The signature that came with a generation, unchecked, for a mirror that passes it on; null when there is none.</summary>
    public static byte[]? FindSignature(string folder, Manifest manifest) => new SignatureRef(new FolderLayout(folder), new LocalDisk()).Find(manifest.Epoch, manifest.Commit);

    private byte[]? Find(Manifest manifest) => FindSignature(_layout.Root, manifest);
}
