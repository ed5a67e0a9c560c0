using System.Collections.Concurrent;
using System.Text;
using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Verifying;

/// <summary>
/// Looks at the signatures of the kept manifests, at the ref by which they travel, and at those of the commits. Without allowed signers a
/// signature must fit what it signs, and need not be there.
/// </summary>
internal sealed class SignatureLook(FolderLayout layout, IDisk disk, HistoryTruth truth, string? allowedSigners, TimeProvider time)
{
    private const int MostCommits = 20;
    private const int AtOnce = 4; // each is git and ssh-keygen
    private const string ByRepair = "'delivery verify --repair' takes it from " + SignatureRef.Name + ", or signs again where signing.key is set";
    private readonly SignatureRef _ref = new(layout, disk);
    private readonly List<Finding> _findings = [];
    private AllowedSigners? _allowed;

    /// <param name="tip">The commit of main, or what takes its place while main cannot be read; its line was walked.</param>
    /// <param name="cancellationToken">Stops between two signatures.</param>
    public async Task<IReadOnlyList<Finding>> CheckAsync(CommitId tip, CancellationToken cancellationToken)
    {
        LoadAllowed();
        var kept = Kept(layout, truth).Append(tip).Distinct().ToList();
        foreach (var commit in kept)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckFile(commit, isLive: commit == tip);
        }
        CheckRef(tip);
        if (_allowed is not null) await CheckCommitsAsync(kept.Select(truth.EpochOf).Min() ?? 0, tip, cancellationToken);
        return _findings;
    }

    /// <summary>The commits of the manifests that stand there and belong to the line.</summary>
    public static List<CommitId> Kept(FolderLayout layout, HistoryTruth truth) => !Directory.Exists(layout.Manifests) ? [] :
    [
        .. Directory.EnumerateFiles(layout.Manifests).Select(LiveSide.NameOf).OfType<(long Epoch, string Commit)>()
            .Select(name => truth.CommitOf(name.Epoch) is { } commit && commit.Short == name.Commit ? commit : (CommitId?)null).OfType<CommitId>(),
    ];

    /// <summary>Why readers refuse a signature; null when they do not.</summary>
    /// <param name="manifest">What it is to sign.</param>
    /// <param name="signature">The whole file.</param>
    /// <param name="allowed">Who may sign; null for anybody.</param>
    /// <param name="moments">When the key may have been valid: at one of them is enough.</param>
    public static string? Refusal(ReadOnlySpan<byte> manifest, byte[] signature, AllowedSigners? allowed, params ReadOnlySpan<DateTimeOffset> moments)
    {
        try
        {
            var key = ManifestSignature.RequireFits(manifest, signature, "it").Key;
            if (!IsAsWritten(signature)) return "bits of it that nobody reads are not as they were written";
            UntrustedException? refusal = null;
            foreach (var at in allowed is null ? [] : moments)
            {
                try
                {
                    allowed!.Require(key, ManifestSignature.Namespace, at);
                    return null;
                }
                catch (UntrustedException e)
                {
                    refusal ??= e;
                }
            }
            return refusal?.Message.TrimEnd('.');
        }
        catch (UntrustedException e)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private void LoadAllowed()
    {
        try
        {
            _allowed = allowedSigners is null ? null : AllowedSigners.Load(allowedSigners);
        }
        catch (UntrustedException e)
        {
            _findings.Add(new(FindingKind.Signature, allowedSigners!, e.Message.TrimEnd('.'), "mend the file that signing.allowedSigners names"));
        }
    }

    private void CheckFile(CommitId commit, bool isLive)
    {
        if (truth.EpochOf(commit) is not { } epoch) return;
        var path = layout.SignaturePath(epoch, commit);
        if (!File.Exists(path))
        {
            if (_allowed is not null) Add(path, $"epoch {epoch} is not signed: there is no such file", ByRepair);
            else if (_ref.Find(epoch, commit) is not null) Add(path, $"it is not there, and {SignatureRef.Name} has it", ByRepair);
            return;
        }
        if (ManifestBytes(epoch, commit) is not { } manifest) return; // told of the manifest
        var signature = new FileInfo(path).Length <= SshSignature.MaxBytes ? File.ReadAllBytes(path) : [];
        // Readers ask whether the key is valid now; of what is kept besides, it may have been changed since, as git has it with commits.
        DateTimeOffset[] moments = isLive ? [time.GetUtcNow()] : [time.GetUtcNow(), truth.Git.Commit(commit).Committer.When];
        if (Refusal(manifest, signature, _allowed, moments) is { } refusal) Add(path, refusal, ByRepair);
    }

    private void CheckRef(CommitId tip)
    {
        var isMirror = MirrorRecord.Read(layout) is not null;
        var entries = _ref.List();
        if (!_ref.IsReadable)
        {
            var isNeeded = File.Exists(_ref.Path) || Kept(layout, truth).Exists(commit => truth.EpochOf(commit) is { } epoch && File.Exists(layout.SignaturePath(epoch, commit)));
            if (isNeeded) AddRef("it is not there, or what it names cannot be read: signatures do not reach mirrors", "'delivery verify --repair' makes it again from the signatures in manifests/");
            return;
        }
        foreach (var (name, signature) in entries)
        {
            if (LiveSide.SignedBy(name) is not var (epoch, shortId)) AddRef($"it holds '{name}', which is the name of no signature", "'delivery verify --repair' leaves it out");
            else if (truth.CommitOf(epoch) is { } commit && commit.Short == shortId)
            {
                if (signature is null) AddRef($"its '{name}' is longer than any signature", "'delivery verify --repair' leaves it out");
                else if (ManifestBytes(epoch, commit) is { } manifest && Refusal(manifest, signature, null) is { } refusal) AddRef($"its '{name}': {refusal}", "'delivery verify --repair' takes it from manifests/, or leaves it out");
            }
        }
        // A mirror has what its remote has, which may be ahead of it.
        if (!isMirror && truth.EpochOf(tip) is { } live && File.Exists(layout.SignaturePath(live, tip)) && _ref.Find(live, tip) is null) AddRef($"it lacks the signature of epoch {live}, which is live: mirrors do not get it", "'delivery verify --repair' takes it from manifests/");
    }

    private async Task CheckCommitsAsync(long oldest, CommitId tip, CancellationToken cancellationToken)
    {
        var newest = truth.EpochOf(tip) ?? 0;
        var commits = new List<CommitId>();
        for (var epoch = newest; epoch >= oldest && truth.CommitOf(epoch) is { } commit; epoch--) commits.Add(commit);
        var delivery = new SignedDelivery(layout.Root, allowedSigners!, time);
        var refused = new ConcurrentDictionary<CommitId, string>();
        await Parallel.ForEachAsync(commits, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (commit, stop) =>
        {
            try
            {
                if (await delivery.RefuseCommitAsync(commit, stop) is { } refusal) refused[commit] = refusal;
            }
            catch (FastDataException e)
            {
                refused[commit] = $"Commit {commit.Short}: its signature cannot be checked: {e.Message}";
            }
        });
        const string mend = "no commit is signed afterwards; where signing.key is set the next generation's is, and this finding goes when older manifests are no longer kept. Of a key that was changed, keep the line with valid-before";
        foreach (var commit in commits.Where(refused.ContainsKey).Take(MostCommits)) Add(layout.Repository, refused[commit].TrimEnd('.'), mend);
        if (refused.Count > MostCommits) Add(layout.Repository, $"{refused.Count - MostCommits} older commits more are refused", mend);
    }

    // History says what a manifest is; where its weights are away, the file is all there is.
    private byte[]? ManifestBytes(long epoch, CommitId commit) =>
        truth.ManifestOf(commit).Manifest?.ToBytes() ?? (File.Exists(layout.ManifestPath(epoch, commit)) ? File.ReadAllBytes(layout.ManifestPath(epoch, commit)) : null);

    // The last character of base64 has bits without a meaning.
    private static bool IsAsWritten(byte[] signature)
    {
        var lines = Encoding.Latin1.GetString(signature).Split('\n');
        if (lines.Length < 4 || lines[^1].Length > 0 || !lines[^2].StartsWith('-')) return false;
        var base64 = string.Concat(lines[1..^2]);
        return Convert.ToBase64String(Convert.FromBase64String(base64)) == base64;
    }

    private void Add(string path, string problem, string mend) => _findings.Add(new(FindingKind.Signature, Path.GetRelativePath(layout.Root, path), problem, mend));

    private void AddRef(string problem, string mend) => _findings.Add(new(FindingKind.Ref, Path.GetRelativePath(layout.Root, _ref.Path), problem, mend));
}
