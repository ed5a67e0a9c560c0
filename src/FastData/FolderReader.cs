namespace Delivery.FastData;

/// <summary>Reads what is live in a fast-data folder. Never writes; any thread may use it.</summary>
public sealed class FolderReader(FolderLayout layout)
{
    /// <summary>Where everything stands.</summary>
    public FolderLayout Layout => layout;

    /// <summary>The live generation's pointer; null when there is none yet.</summary>
    /// <exception cref="FastDataException">CURRENT is no pointer, or one of a format that this version does not read.</exception>
    /// <exception cref="IOException">CURRENT cannot be read.</exception>
    public CurrentPointer? ReadCurrent()
    {
        try
        {
            // Deleting and replacing stay allowed while this handle is open: Windows would refuse the writer otherwise.
            using var file = new FileStream(layout.Current, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> content = stackalloc byte[CurrentPointer.MaxBytes + 1];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return CurrentPointer.Parse(content[..length], layout.Current);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The manifest that a pointer names, checked against the pointer's hash.</summary>
    /// <exception cref="FastDataException">The manifest is not the one that was published.</exception>
    /// <exception cref="IOException">It cannot be read; <see cref="FileNotFoundException"/> when a newer generation took its place: read CURRENT again.</exception>
    public Manifest ReadManifest(CurrentPointer current)
    {
        var path = layout.ManifestPath(current.Epoch, current.Commit);
        var content = File.ReadAllBytes(path);
        var hash = ContentHash.Of(content);
        if (hash != current.Manifest) throw new FastDataException($"{path}: its SHA-256 is {hash}; CURRENT says {current.Manifest}.");
        var manifest = Manifest.Parse(content, path);
        return manifest.Epoch == current.Epoch && manifest.Commit == current.Commit
            ? manifest
            : throw new FastDataException($"{path}: it is of epoch {manifest.Epoch}, commit {manifest.Commit}; CURRENT says {current.Epoch}, {current.Commit}.");
    }
}
