namespace Delivery.FastData.Signing;

/// <summary>The detached signature of a manifest: who may be believed that these are the models of a generation.</summary>
public static class ManifestSignature
{
    /// <summary>What it is made for: a signature of a commit or of a plain file is not taken for it.</summary>
    public const string Namespace = "delivery-manifest";

    /// <summary>Checks a signature over the bytes of a manifest.</summary>
    /// <param name="manifest">The whole file, exactly as it was read.</param>
    /// <param name="signature">The whole signature file.</param>
    /// <param name="path">Of the signature, for the message of an error.</param>
    /// <param name="allowed">Who may sign.</param>
    /// <param name="at">Now: a key that has expired is refused whenever the signature was made, since only the signer says when that was.</param>
    /// <returns>The line that allows the key.</returns>
    /// <exception cref="UntrustedException">It is no signature, does not fit the manifest, was made for something else, or by a key that is not allowed.</exception>
    public static AllowedSigner Require(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> signature, string path, AllowedSigners allowed, DateTimeOffset at)
    {
        var read = RequireFits(manifest, signature, path);
        try
        {
            return allowed.Require(read.Key, Namespace, at);
        }
        catch (UntrustedException e)
        {
            throw new UntrustedException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The same, whatever key made it.</summary>
    /// <exception cref="UntrustedException">It is no signature, does not fit the manifest, or was made for something else.</exception>
    public static SshSignature RequireFits(ReadOnlySpan<byte> manifest, ReadOnlySpan<byte> signature, string path)
    {
        try
        {
            var read = SshSignature.Parse(signature);
            return read.Namespace != Namespace ? throw new UntrustedException($"{path}: it was made for '{read.Namespace}'; '{Namespace}' was expected.")
                : read.Fits(manifest) ? read
                : throw new UntrustedException($"{path}: the signature does not fit the manifest: one of them was changed, or belongs to another.");
        }
        catch (FormatException e)
        {
            throw new UntrustedException($"{path}: no usable signature: {e.Message}", e);
        }
    }
}
