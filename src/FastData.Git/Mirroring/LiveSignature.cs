using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Signing;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// Keeps the signature of a mirror's live generation as the remote has it. When its key changes, a writer signs what is live again, without a
/// new epoch; a mirror that missed it would be refused by readers as soon as the old key is withdrawn. Needs the mirror's lock.
/// </summary>
internal sealed class LiveSignature(FolderLayout layout, FastDataPublisher publisher, string? allowedSigners, TimeProvider time)
{
    private (CommitId? Main, CommitId? Ref, DateTime Allowed)? _seen;
    private string? _problem;

    /// <summary>Takes the remote's signature of what is live where it is a good one. Nothing is read while nothing has changed.</summary>
    /// <returns>Why readers that check refuse what is live, as a sentence; null when they do not, or when nothing is checked here.</returns>
    /// <exception cref="FolderBusyException">Another process held the folder too long.</exception>
    public string? Follow(CancellationToken cancellationToken)
    {
        var now = (StoredRef.Read(layout.Repository, MainRef.Name), StoredRef.Read(layout.Repository, SignatureRef.Name), allowedSigners is null ? default : File.GetLastWriteTimeUtc(allowedSigners));
        if (_seen == now) return _problem;
        _problem = Settle(cancellationToken);
        _seen = now;
        return _problem;
    }

    private string? Settle(CancellationToken cancellationToken)
    {
        var reader = new FolderReader(layout);
        if (reader.ReadCurrent() is not { } current) return null;
        var manifest = reader.ReadManifest(current);
        var bytes = manifest.ToBytes();
        var (live, problem) = ReadLive(reader, current, bytes);
        if (SignedDelivery.FindSignature(layout.Root, manifest) is { } travelled && !travelled.AsSpan().SequenceEqual(live) && Refusal(bytes, travelled, SignatureRef.Name) is null)
        {
            publisher.ReplaceSignature(manifest, travelled, cancellationToken);
            return null;
        }
        return allowedSigners is null || problem is null ? null : $"Epoch {current.Epoch} is live here, and readers that check refuse it: {problem}";
    }

    private (byte[]? Live, string? Problem) ReadLive(FolderReader reader, CurrentPointer current, byte[] manifest)
    {
        try
        {
            var live = reader.ReadSignature(current);
            return (live, Refusal(manifest, live, layout.SignaturePath(current.Epoch, current.Commit)));
        }
        catch (UntrustedException e)
        {
            return (null, e.Message);
        }
    }

    private string? Refusal(byte[] manifest, byte[] signature, string path)
    {
        try
        {
            if (allowedSigners is null) ManifestSignature.RequireFits(manifest, signature, path);
            else ManifestSignature.Require(manifest, signature, path, AllowedSigners.Load(allowedSigners), time.GetUtcNow());
            return null;
        }
        catch (UntrustedException e)
        {
            return e.Message;
        }
    }
}
