using System.Runtime.ExceptionServices;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Publishing;

/// <summary>
/// Writes the live side of a generation. Needs the folder's lock. Nothing that a reader can see changes before
/// <see cref="Announce"/>, and everything before it can be done again after a crash at any point.
/// </summary>
public sealed class GenerationFiles(FolderLayout layout, IDisk disk, TimeProvider? time = null)
{
    private const string TemporaryPrefix = ".tmp-";

    // Each new file costs an fsync; journalling file systems answer several waiting ones with one commit.
    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = 16 };

    private static readonly TimeSpan LengthsPeriod = TimeSpan.FromMinutes(10);

    // A file system tells times of milliseconds to two seconds: a change right after a listing may bear the time of the listing.
    private static readonly TimeSpan FolderTimeTells = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long? _lengthsSeen;
    private ((Manifest Manifest, DateTime FolderTime) Look, long At)? _listed;
    private (Manifest Manifest, DateTime FolderTime)? _settled; // listed once more when no change could hide behind that time

    /// <summary>Makes the folder's directories.</summary>
    public void CreateDirectories()
    {
        disk.CreateDirectory(layout.Models);
        disk.CreateDirectory(layout.Manifests);
    }

    /// <summary>Makes the live files of these models durable and reads each back. A file that is there already is hashed before it is trusted.</summary>
    /// <param name="models">Entries with the bytes that belong to them.</param>
    /// <exception cref="FastDataException">What was read back is not what was written.</exception>
    public void WriteModels(IReadOnlyList<(ManifestEntry Entry, ReadOnlyMemory<byte> Content)> models)
    {
        if (models.Count == 0) return;
        try
        {
            Parallel.ForEach(models, Parallelism, model => WriteOnce(layout.ModelPath(model.Entry), model.Content.Span, model.Entry.Content));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]); // a full disk says the same of each model
        }
        disk.SyncDirectory(layout.Models);
    }

    /// <summary>Makes the manifest durable and gives the pointer to it, which is not announced yet.</summary>
    /// <param name="manifest">Of the generation.</param>
    /// <param name="signature">Its signature, which is durable before the manifest stands there; null for none.</param>
    public CurrentPointer WriteManifest(Manifest manifest, ReadOnlyMemory<byte>? signature = null)
    {
        var content = manifest.ToBytes();
        var pointer = new CurrentPointer(FolderLayout.Format, manifest.Epoch, manifest.Commit, ContentHash.Of(content));
        if (signature is { } signed) WriteSignature(manifest.Epoch, manifest.Commit, signed.Span);
        WriteOnce(layout.ManifestPath(manifest.Epoch, manifest.Commit), content, pointer.Manifest);
        disk.SyncDirectory(layout.Manifests);
        return pointer;
    }

    /// <summary>Makes the signature of a manifest durable; another one of the same manifest is replaced by rename.</summary>
    public void WriteSignature(long epoch, CommitId commit, ReadOnlySpan<byte> signature)
    {
        WriteOnce(layout.SignaturePath(epoch, commit), signature, ContentHash.Of(signature));
        disk.SyncDirectory(layout.Manifests);
    }

    /// <summary>Makes a generation live: from here on readers load it.</summary>
    public void Announce(CurrentPointer pointer)
    {
        disk.WriteDurably(layout.Current, Path.Combine(layout.Root, TemporaryPrefix + "CURRENT"), pointer.ToBytes());
    }

    /// <summary>Whether the live files of a manifest are there: one listing of the folder whenever a name in it changed, and every ten minutes their lengths too.</summary>
    /// <remarks>Each look at the tip asks it of all models, and a look at each file of ten thousand takes longer than all else that a cycle without changes does.</remarks>
    public bool AreThere(Manifest manifest)
    {
        var lengthsAreNew = _lengthsSeen is { } seen && _time.GetElapsedTime(seen) < LengthsPeriod;
        var look = (manifest, Directory.GetLastWriteTimeUtc(layout.Models)); // before the listing: what changes during it is looked at again
        if (lengthsAreNew && _settled == look) return true;
        var names = Directory.EnumerateFiles(layout.Models, "*.pb").Select(path => Path.GetFileName(path)).ToHashSet();
        if (!manifest.Models.All(entry => names.Contains(entry.File))) return false;
        if (!lengthsAreNew)
        {
            if (!manifest.Models.All(Looks)) return false;
            _lengthsSeen = _time.GetTimestamp();
        }
        if (_listed is not { } first || first.Look != look) _listed = (look, _time.GetTimestamp());
        else if (_time.GetElapsedTime(first.At) > FolderTimeTells) _settled = look;
        return true;
    }

    private bool Looks(ManifestEntry entry) => new FileInfo(layout.ModelPath(entry)) is { Exists: true } file && file.Length == entry.Length;

    /// <summary>Whether the bytes of a live file are those of its name.</summary>
    public bool Holds(ManifestEntry entry) => Holds(layout.ModelPath(entry), entry.Content);

    /// <summary>Removes what a crash left half-written. Needs the folder's lock.</summary>
    /// <returns>How many files went.</returns>
    public int DeleteTemporaries()
    {
        var left = new[] { layout.Root, layout.Models, layout.Manifests }.SelectMany(directory => Directory.EnumerateFiles(directory, TemporaryPrefix + "*")).ToList();
        foreach (var path in left) disk.Delete(path);
        return left.Count;
    }

    /// <summary>Removes live files that no manifest names: a publish that died before its manifest leaves them.</summary>
    public void DeleteUnnamed()
    {
        try
        {
            var named = new HashSet<string>(StringComparer.Ordinal);
            foreach (var path in Directory.EnumerateFiles(layout.Manifests, "*.json")) named.UnionWith(Manifest.Parse(File.ReadAllBytes(path), path).Models.Select(model => model.File));
            var unnamed = Directory.EnumerateFiles(layout.Models, "*.pb").Where(path => !named.Contains(Path.GetFileName(path))).ToList();
            foreach (var path in unnamed) disk.Delete(path);
            if (unnamed.Count > 0) disk.SyncDirectory(layout.Models); // before the pack goes that tells of them
        }
        catch (Exception e) when (e is FastDataException or UnsupportedFormatException)
        {
            // Nobody can tell what a damaged manifest names; the retirement of a later publish says so.
        }
    }

    private void WriteOnce(string path, ReadOnlySpan<byte> content, ContentHash expected)
    {
        if (Holds(path, expected)) return;
        // A damaged file of that name is replaced by rename, so that a reader who maps it keeps the old inode.
        disk.WriteWhole(path, Path.Combine(Path.GetDirectoryName(path)!, TemporaryPrefix + Path.GetFileName(path)), content, @sealed: true);
        if (!Holds(path, expected)) throw new FastDataException($"{path}: what was read back is not what was written; expected SHA-256 {expected}. Is the disk failing?");
    }

    private static bool Holds(string path, ContentHash expected)
    {
        if (!File.Exists(path)) return false; // the usual case of a publish, and a thousand exceptions would be slow
        try
        {
            return ContentHash.Of(File.ReadAllBytes(path)) == expected;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
