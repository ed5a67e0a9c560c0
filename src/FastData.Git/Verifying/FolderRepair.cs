using System.Text;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Verifying;

/// <summary>
/// Brings a damaged folder back: first the repository, which is the truth, then the live side from it. Every step can be done
/// again, so a repair that dies is repeated. Needs the folder's lock.
/// </summary>
internal sealed class FolderRepair(FolderLayout layout, IDisk disk, TimeProvider time, TimeSpan leftoverAge, SshSigner? signer, string? allowedSigners)
{
    private readonly DamagedFiles _quarantine = new(layout, disk, time);
    private readonly GenerationFiles _files = new(layout, disk);

    /// <summary>What was done, for people.</summary>
    public List<string> Done { get; } = [];

    /// <summary>Where damaged files went; null when there were none.</summary>
    public string? Quarantine => _quarantine.Folder;

    /// <exception cref="FastDataException">History has lost what nothing else has.</exception>
    public async Task RunAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        progress?.Report("repairing: packs and objects");
        if (!Refs.HeadIsRight(layout)) Replace(Path.Combine(layout.Repository, "HEAD"), Encoding.ASCII.GetBytes($"ref: {MainRef.Name}\n"), @sealed: false);
        var repository = new RepositoryFiles(layout, time, leftoverAge);
        foreach (var path in repository.Leftovers().ToList()) Delete(path);
        _files.CreateDirectories();
        var objects = new ObjectRepair(layout, disk, _quarantine, repository, Done);
        await objects.MendAsync(cancellationToken);
        // libgit2, which does the rest, can bring the process down with a damaged index.
        if (repository.CheckObjects(cancellationToken).FirstOrDefault() is { } left) throw new FastDataException($"{left.Path}: {left.Problem}, and it could not be mended. Restore {layout.Repository} from a copy or a mirror.");
        MendMain();
        objects.Recover((await Fsck.RunAsync(layout, cancellationToken)).MissingBlobs);
        progress?.Report("repairing: live files");
        await MendLiveAsync(cancellationToken);
        new Recovery(layout, disk, _files, new MainRef(layout, disk), new GenerationSigning(layout, disk, _files, signer)).Run(null);
        CleanUp(cancellationToken);
    }

    private void MendMain()
    {
        using var truth = new HistoryTruth(layout);
        var (tip, problem) = Refs.FindMain(layout, disk, truth);
        MendPackedRefs();
        if (problem is null) return;
        if (tip is not { } target) throw new FastDataException($"{problem}; and no commit that CURRENT or a manifest names can be read. Restore {layout.Repository} from a copy or a mirror.");
        var loose = Path.Combine(layout.Repository, "refs", "heads", "main");
        var main = new MainRef(layout, disk);
        if (File.Exists(loose)) _quarantine.Take(loose);
        else disk.CreateDirectory(Path.GetDirectoryName(loose)!);
        if (!main.TryMove(main.Read(), target)) throw new FastDataException($"{loose}: somebody else writes to it.");
        Done.Add($"main points at {target} again");
    }

    // A line that says nothing makes git refuse all of the file.
    private void MendPackedRefs()
    {
        var path = Path.Combine(layout.Repository, "packed-refs");
        if (!File.Exists(path)) return;
        var lines = File.ReadAllLines(path);
        var good = lines.Where(line => line.StartsWith('#') || (line.StartsWith('^') && CommitId.TryParse(line[1..], out _))
            || (line.Split(' ') is [var id, var name] && CommitId.TryParse(id, out _) && name.StartsWith("refs/", StringComparison.Ordinal))).ToList();
        if (good.Count == lines.Length) return;
        Replace(path, Encoding.UTF8.GetBytes(string.Concat(good.Select(line => line + "\n"))), @sealed: false);
    }

    private async Task MendLiveAsync(CancellationToken cancellationToken)
    {
        using var truth = new HistoryTruth(layout);
        var (tip, problem) = Refs.FindMain(layout, disk, truth);
        if (tip is null || problem is not null) throw new FastDataException(problem ?? "There is no main.");
        truth.Walk(tip.Value);
        CurrentPointer? live = null;
        var signatures = new SignatureRepair(layout, disk, _quarantine, signer, allowedSigners, time, Done);
        var manifests = new List<Manifest>();
        foreach (var commit in SignatureLook.Kept(layout, truth).Append(tip.Value).Distinct())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (manifest, unknown) = truth.ManifestOf(commit);
            if (manifest is null)
            {
                Done.Add($"the generation of commit {commit.Short} cannot be rebuilt: {unknown}");
                continue;
            }
            MendFiles(truth, manifest);
            signatures.MendFile(manifest, _files);
            manifests.Add(manifest);
            var path = layout.ManifestPath(manifest.Epoch, commit);
            if (!File.Exists(path) || !File.ReadAllBytes(path).AsSpan().SequenceEqual(manifest.ToBytes())) Done.Add($"{Name(path)} was written again");
            var pointer = _files.WriteManifest(manifest);
            if (commit == tip.Value) live = pointer;
        }
        if (live is not null) MendCurrent(live);
        var left = await new SignatureLook(layout, disk, truth, allowedSigners: null, time).CheckAsync(tip.Value, cancellationToken);
        signatures.MendRef(truth, manifests, isDamaged: left.Any(finding => finding.Kind == FindingKind.Ref));
    }

    private void MendFiles(HistoryTruth truth, Manifest manifest)
    {
        var damaged = manifest.Models.Where(entry => !_files.Holds(entry)).ToList();
        if (damaged.Count == 0) return;
        var weights = truth.WeightsOf(manifest.Commit);
        foreach (var entry in damaged)
        {
            _files.WriteModels([(entry, truth.Git.Blob(weights[entry.Name]))]);
            Done.Add($"{Name(layout.ModelPath(entry))} was written again");
        }
    }

    private void MendCurrent(CurrentPointer right)
    {
        var content = File.Exists(layout.Current) ? File.ReadAllBytes(layout.Current) : [];
        if (content.AsSpan().SequenceEqual(right.ToBytes())) return;
        // A pointer at a later generation that history has not is no damaged pointer: history has lost that generation.
        if (Refs.CurrentOrNull(layout) is { } found && found.Epoch > right.Epoch && found.Commit != right.Commit && found.Manifest != right.Manifest)
        {
            throw new FastDataException($"{layout.Current} is at epoch {found.Epoch}, commit {found.Commit}, and the history ends at epoch {right.Epoch}: it has lost what readers have. Restore {layout.Repository} from a copy or a mirror.");
        }
        _files.Announce(right);
        Done.Add($"CURRENT names epoch {right.Epoch} again{(content.Length > 0 ? $"; it was '{Encoding.ASCII.GetString(content, 0, Math.Min(content.Length, CurrentPointer.MaxBytes)).TrimEnd()}'" : "")}");
    }

    private void CleanUp(CancellationToken cancellationToken)
    {
        using var truth = new HistoryTruth(layout);
        if (Refs.FindMain(layout, disk, truth).Tip is not { } tip) return;
        truth.Walk(tip);
        var live = new LiveSide(layout, truth);
        foreach (var finding in live.Check(tip, cancellationToken))
        {
            var path = Path.Combine(layout.Root, finding.Path);
            if (finding.Kind == FindingKind.Leftover && File.Exists(path)) Delete(path);
            else if (finding.Kind == FindingKind.Permission && File.Exists(path)) Replace(path, File.ReadAllBytes(path), @sealed: true);
        }
    }

    private void Delete(string path)
    {
        disk.Delete(path);
        Done.Add($"{Name(path)} was removed");
    }

    private void Replace(string path, byte[] content, bool @sealed)
    {
        disk.WriteDurably(path, Path.Combine(Path.GetDirectoryName(path)!, ".tmp-" + Path.GetFileName(path)), content, @sealed);
        Done.Add($"{Name(path)} was written again{(@sealed ? ", sealed" : "")}");
    }

    private string Name(string path) => Path.GetRelativePath(layout.Root, path);
}
