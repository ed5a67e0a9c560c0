using System.IO.Compression;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Programs;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Verifying;

/// <summary>
/// Mends the object database. What can be read of a damaged pack is written as a new pack, and weights that are lost come from the live
/// files; only when that is durable does the damaged file leave, into the quarantine. Needs the folder's lock.
/// </summary>
internal sealed class ObjectRepair(FolderLayout layout, IDisk disk, DamagedFiles quarantine, RepositoryFiles files, List<string> done)
{
    private const long MostBytesAtOnce = 256 << 20; // a pack is put together in memory

    // No commit: the mark only has to keep git away until the pack is in use, and is taken off again at once.
    private static readonly CommitId NoCommit = CommitId.Parse(new string('0', 40));
    private readonly Dictionary<GitId, string> _live = [];

    public async Task MendAsync(CancellationToken cancellationToken)
    {
        var signatures = Directory.Exists(layout.Manifests) ? Directory.EnumerateFiles(layout.Manifests, "*" + FolderLayout.SignatureSuffix) : [];
        foreach (var path in (Directory.Exists(layout.Models) ? Directory.EnumerateFiles(layout.Models, "*" + TipState.ModelSuffix) : []).Concat(signatures))
        {
            _live[GitObject.Of(GitObjectType.Blob, File.ReadAllBytes(path)).Id] = path;
        }
        foreach (var pack in files.Packs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await MendPackAsync(pack, cancellationToken);
        }
        foreach (var path in files.Derived.Where(path => !Checksum.IsWhole(path)).ToList()) Remove(path, "git makes it again");
        MendLoose();
    }

    /// <summary>Takes contents that history names and has not from the live files.</summary>
    public void Recover(IReadOnlyList<GitId> missing)
    {
        var found = missing.Where(_live.ContainsKey).Select(id => GitObject.Of(GitObjectType.Blob, File.ReadAllBytes(_live[id]))).ToList();
        if (found.Count == 0) return;
        Write(found);
        done.Add($"{found.Count} of {missing.Count} missing contents were written to the history again from live files");
    }

    private async Task MendPackAsync(string pack, CancellationToken cancellationToken)
    {
        var (content, index) = (pack + ".pack", pack + ".idx");
        if (!File.Exists(content))
        {
            Remove(index, "its pack is gone");
            return;
        }
        var packIsWhole = Checksum.IsWhole(content);
        if (packIsWhole && File.Exists(index) && Checksum.IsWhole(index) && RepositoryFiles.BelongsTogether(pack)) return;
        if (packIsWhole && await MakeIndexAsync(content, index, cancellationToken)) return;
        if (File.Exists(index)) Salvage(pack, content, index);
        else done.Add($"{Name(content)} is damaged and has no index: nothing could be taken out of it");
    }

    private async Task<bool> MakeIndexAsync(string content, string index, CancellationToken cancellationToken)
    {
        var temporary = Path.Combine(layout.Repository, "tmp_ours_index.idx");
        disk.Delete(temporary);
        try
        {
            // Outside of every repository: in this one git would look at the objects through the damaged index.
            var git = new GitCommand(Path.Combine(layout.Repository, "none")) { Timeout = TimeSpan.FromHours(1) };
            if ((await git.TryRunAsync(["-c", "pack.writeReverseIndex=false", "index-pack", "-o", temporary, content], cancellationToken)).ExitCode != 0) return false;
            var bytes = await File.ReadAllBytesAsync(temporary, cancellationToken);
            disk.Delete(temporary);
            disk.Create(temporary, bytes, @sealed: true);
            quarantine.Take(index);
            disk.Rename(temporary, index, replace: false);
            disk.SyncDirectory(files.PackFolder);
            done.Add($"{Name(index)} was made again from its pack");
            return true;
        }
        finally
        {
            disk.Delete(temporary);
        }
    }

    private void Salvage(string pack, string content, string index)
    {
        PackReader reader;
        try
        {
            reader = new PackReader(File.ReadAllBytes(content), File.ReadAllBytes(index));
        }
        catch (FastDataException e)
        {
            done.Add($"{Name(content)} is damaged and so is its index, so that nothing could be taken out: {e.Message}");
            return;
        }
        var (saved, fromLive, lost) = (0, 0, new List<GitId>());
        var written = new HashSet<string>(StringComparer.Ordinal);
        var batch = new List<GitObject>();
        foreach (var id in reader.Ids)
        {
            if (reader.Read(id) is { } found) saved++;
            else if (_live.TryGetValue(id, out var path) && (found = GitObject.Of(GitObjectType.Blob, File.ReadAllBytes(path))).Id == id) fromLive++;
            else
            {
                lost.Add(id);
                continue;
            }
            batch.Add(found);
            if (batch.Sum(o => (long)o.Content.Length) < MostBytesAtOnce) continue;
            written.Add(Write(batch));
            batch.Clear();
        }
        if (batch.Count > 0) written.Add(Write(batch));
        // The very same pack, put together again, has taken the place of the damaged one.
        if (!written.Contains(Path.GetFileName(pack)))
        {
            foreach (var path in Directory.EnumerateFiles(files.PackFolder, Path.GetFileName(pack) + ".*").OrderBy(path => path.EndsWith(".idx", StringComparison.Ordinal) ? 0 : 1).ToList()) quarantine.Take(path);
            DropIndexOfMany();
        }
        done.Add($"{Name(content)} was damaged: {saved} objects were saved out of it into a new pack{(reader.MendedBits > 0 ? $", {reader.MendedBits} of them by putting a flipped bit right" : "")}, {fromLive} came from live files, {lost.Count} are lost in it"
            + (lost.Count == 0 ? "" : $": {string.Join(", ", lost.Take(5))}{(lost.Count > 5 ? " ..." : "")}"));
    }

    private string Write(List<GitObject> objects)
    {
        var pack = Pack.Of(objects);
        new PackFiles(layout, disk).Write(pack, NoCommit);
        disk.Delete(Path.Combine(files.PackFolder, pack.Name + ".keep"));
        disk.SyncDirectory(files.PackFolder);
        return pack.Name;
    }

    // An index over many packs names one that has gone; git reads the single indexes without it.
    private void DropIndexOfMany()
    {
        foreach (var path in Directory.EnumerateFiles(files.PackFolder, "multi-pack-index*").ToList()) quarantine.Take(path);
    }

    private void MendLoose()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path.Combine(layout.Repository, "objects")).Where(path => Path.GetFileName(path).Length == 2))
        {
            foreach (var path in Directory.EnumerateFiles(directory).Where(path => Path.GetFileName(path).Length == 38 && !IsWholeObject(path, Path.GetFileName(directory) + Path.GetFileName(path))).ToList())
            {
                var id = new GitId(Path.GetFileName(directory) + Path.GetFileName(path));
                if (_live.TryGetValue(id, out var live)) Write([GitObject.Of(GitObjectType.Blob, File.ReadAllBytes(live))]);
                Remove(path, live is null ? "a damaged object" : "its content came from a live file");
            }
        }
    }

    private static bool IsWholeObject(string path, string id)
    {
        try
        {
            using var deflated = new ZLibStream(File.OpenRead(path), CompressionMode.Decompress);
            using var bytes = new MemoryStream();
            deflated.CopyTo(bytes);
            var all = bytes.ToArray();
            var end = Array.IndexOf(all, (byte)0);
            if (end < 0) return false;
            var type = System.Text.Encoding.ASCII.GetString(all, 0, end).Split(' ')[0] switch { "commit" => GitObjectType.Commit, "tree" => GitObjectType.Tree, "blob" => GitObjectType.Blob, _ => (GitObjectType?)null };
            return type is null || GitObject.Of(type.Value, all.AsMemory(end + 1)).Id.Hex == id;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private void Remove(string path, string why)
    {
        quarantine.Take(path);
        done.Add($"{Name(path)} was put into quarantine: {why}");
    }

    private string Name(string path) => Path.GetRelativePath(layout.Root, path);
}
