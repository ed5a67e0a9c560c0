using Delivery.FastData;
using Delivery.FastData.Signing;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Holds every generation to a <see cref="TrustPolicy"/> before any of it is loaded. Loader thread only.</summary>
internal sealed class GenerationTrust(FolderReader folder, TrustPolicy policy, TimeProvider time)
{
    private readonly EpochMark _mark = new(policy.StateFile);

    /// <summary>Why a pointer must not be followed, whatever it names; null when it may.</summary>
    public string? Refusal(CurrentPointer pointer)
    {
        try
        {
            return _mark.Refusal(pointer);
        }
        catch (UntrustedException e)
        {
            return e.Message;
        }
    }

    /// <summary>
    /// Checks the signature over the bytes that were read, and notes the epoch, which is then one that an allowed key has signed: a
    /// forged pointer with a huge epoch must not lock out those that follow.
    /// </summary>
    /// <exception cref="UntrustedException">It must not be used.</exception>
    /// <param name="pointer">Names it.</param>
    /// <param name="known">As of <see cref="FolderReader.ReadManifest"/>.</param>
    /// <param name="pause">The same.</param>
    public Manifest Read(CurrentPointer pointer, IReadOnlyList<ManifestEntry>? known, Action? pause)
    {
        var manifest = folder.ReadManifest(pointer, Require, known, pause);
        _mark.Advance(pointer);
        return manifest;
    }

    private void Require(CurrentPointer pointer, ReadOnlySpan<byte> manifest)
    {
        var signature = folder.ReadSignature(pointer);
        var allowed = AllowedSigners.Load(policy.AllowedSigners);
        ManifestSignature.Require(manifest, signature, folder.Layout.SignaturePath(pointer.Epoch, pointer.Commit), allowed, time.GetUtcNow());
    }
}
