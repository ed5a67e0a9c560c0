using System.Buffers;
using Delivery.FastData.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData;

/// <summary>Judges the bytes of a manifest before they are used.</summary>
public delegate void ManifestCheck(CurrentPointer current, ReadOnlySpan<byte> manifest);

/// <summary>Reads what is live in a fast-data folder. Never writes; any thread may use it.</summary>
public sealed class FolderReader(FolderLayout layout)
{
    /// <summary>Where everything stands.</summary>
    public FolderLayout Layout => layout;

    /// <summary>The live generation's pointer; null when there is none yet.</summary>
    /// <exception cref="FastDataException">CURRENT is no pointer.</exception>
    /// <exception cref="UnsupportedFormatException">A newer version wrote it.</exception>
    /// <exception cref="IOException">CURRENT cannot be read.</exception>
    public CurrentPointer? ReadCurrent()
    {
        try
        {
            // Deleting and replacing stay allowed while this handle is open: Windows would refuse the writer otherwise.
            using var file = ForeignFile.Open(layout.Current, FileShare.ReadWrite | FileShare.Delete);
            Span<byte> content = stackalloc byte[CurrentPointer.MaxBytes + 1];
            var length = file?.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) ?? 0;
            return CurrentPointer.Parse(content[..length], layout.Current);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The manifest that a pointer names, checked against the pointer's hash.</summary>
    /// <param name="current">The pointer.</param>
    /// <param name="check">Looks at the exact bytes, which have the right hash, before any of them is parsed; what it throws goes through. Null for none.</param>
    /// <param name="known">As of <see cref="Manifest.Parse"/>.</param>
    /// <param name="pause">Called often, for a thread that gives way to others. Null for none.</param>
    /// <exception cref="FastDataException">The manifest is not the one that was published.</exception>
    /// <exception cref="IOException">It cannot be read; <see cref="FileNotFoundException"/> when a newer generation took its place: read CURRENT again.</exception>
    public Manifest ReadManifest(CurrentPointer current, ManifestCheck? check = null, IReadOnlyList<ManifestEntry>? known = null, Action? pause = null)
    {
        var path = layout.ManifestPath(current.Epoch, current.Commit);
        using var file = ForeignFile.Open(path, FileShare.Read);
        if (file is null) return ReadManifest(current, path, [], check, known, pause);
        if (file.Length > Array.MaxLength) throw new FastDataException($"{path}: {file.Length} bytes are no manifest.");
        // A new array at each reload would be a large object, whose collection stops all threads for longest.
        var rented = ArrayPool<byte>.Shared.Rent((int)file.Length);
        try
        {
            return ReadManifest(current, path, rented.AsSpan(0, file.ReadAtLeast(rented, (int)file.Length, throwOnEndOfStream: false)), check, known, pause);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The signature that stands beside a manifest.</summary>
    /// <exception cref="UntrustedException">There is none, or it is too long to be one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public byte[] ReadSignature(CurrentPointer current)
    {
        var path = layout.SignaturePath(current.Epoch, current.Commit);
        try
        {
            using var file = ForeignFile.Open(path, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[SshSignature.MaxBytes + 1];
            var length = file?.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) ?? 0;
            return length <= SshSignature.MaxBytes ? content[..length] : throw new UntrustedException($"{path}: it has more than {SshSignature.MaxBytes} bytes, so it is no signature.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UntrustedException($"{path}: epoch {current.Epoch} is not signed: there is no such file.", e);
        }
    }

    private static Manifest ReadManifest(CurrentPointer current, string path, ReadOnlySpan<byte> content, ManifestCheck? check, IReadOnlyList<ManifestEntry>? known, Action? pause)
    {
        if (!(pause is null ? current.Manifest.IsOf(content) : current.Manifest.IsOf(content, pause))) throw new FastDataException($"{path}: its SHA-256 is {ContentHash.Of(content)}; CURRENT says {current.Manifest}.");
        check?.Invoke(current, content);
        var manifest = Manifest.Parse(content, path, known, pause);
        return manifest.Epoch == current.Epoch && manifest.Commit == current.Commit
            ? manifest
            : throw new FastDataException($"{path}: it is of epoch {manifest.Epoch}, commit {manifest.Commit}; CURRENT says {current.Epoch}, {current.Commit}.");
    }
}
