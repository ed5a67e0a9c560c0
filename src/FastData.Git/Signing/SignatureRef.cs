using System.Globalization;
using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Signing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Signing;

/// <summary>A signature as it is to be committed: the objects that hold it, and where its ref stood when they were made.</summary>
/// <param name="Signature">The armored signature of the manifest.</param>
/// <param name="Blob">It as an object.</param>
/// <param name="Tree">The signatures of the last generations, this one included.</param>
/// <param name="Expected">What the ref pointed at; null for nothing.</param>
internal sealed record SignedManifest(ReadOnlyMemory<byte> Signature, GitObject Blob, GitObject Tree, string? Expected);

/// <summary>
/// <c>refs/delivery/signatures</c>: a tree, without history, of the signatures of the last generations. A manifest names its commit, so its
/// signature cannot stand in that commit; this ref takes it to mirrors. It moves before main does: who sees a commit finds its signature.
/// </summary>
internal sealed class SignatureRef(FolderLayout layout, IDisk disk)
{
    public const string Name = "refs/delivery/signatures";

    /// <summary>Generations whose signatures travel: a mirror that was away longer takes the newest.</summary>
    public const int Keep = 16;

    private readonly RefFile _ref = new(layout, disk, Name);

    /// <summary>The folders whose names must be durable for the ref to be; none where there is no ref yet.</summary>
    public IReadOnlyList<string> Folders => Directory.Exists(System.IO.Path.GetDirectoryName(_ref.LockFile)) ? [System.IO.Path.GetDirectoryName(_ref.LockFile)!] : [];

    /// <summary>The file of the loose ref.</summary>
    public string Path { get; } = System.IO.Path.Combine(layout.Repository, Name);

    /// <summary>Whether it stands there as git writes it, and all that it names is there.</summary>
    public bool IsReadable
    {
        get
        {
            try
            {
                return _ref.Read() is { } tree && (!File.Exists(Path) || File.ReadAllText(Path) == tree + "\n")
                    && Read(git => TreeEditor.Read(git.Tree(new GitId(tree))).TrueForAll(entry => git.Has(entry.Id)) ? tree : null) is not null;
            }
            catch (FastDataException)
            {
                return false;
            }
        }
    }

    /// <summary>What it holds, by file name; a signature is null where it cannot be read or is longer than any.</summary>
    public IReadOnlyList<(string Name, byte[]? Signature)> List()
    {
        try
        {
            return [.. Entries(_ref.Read()).Select(entry => (entry.Name, ReadBlob(entry.Id)))];
        }
        catch (FastDataException)
        {
            return [];
        }
    }

    /// <summary>The tree of these signatures, whatever the ref holds now; of the newest generations, if there are more than travel.</summary>
    /// <param name="signatures">By file name.</param>
    public static (GitObject Tree, IReadOnlyList<GitObject> Blobs) TreeOf(IEnumerable<KeyValuePair<string, byte[]>> signatures)
    {
        var kept = signatures.OrderByDescending(entry => EpochOf(entry.Key)).Take(Keep).Select(entry => (Name: entry.Key, Blob: GitObject.Of(GitObjectType.Blob, entry.Value))).ToList();
        var tree = TreeEditor.Edit([], kept.Select(entry => KeyValuePair.Create(entry.Name, (GitId?)entry.Blob.Id)));
        return (GitObject.Of(GitObjectType.Tree, tree), [.. kept.Select(entry => entry.Blob)]);
    }

    /// <summary>Points it at a tree, whatever it points at now. Needs the folder's lock.</summary>
    public void Set(GitObject tree)
    {
        if (!_ref.TryMove(_ref.Read(), tree.Id.Hex)) throw new FastDataException($"{Path}: somebody else writes to it.");
    }

    /// <summary>Removes it, durably, before the objects that it names go.</summary>
    public void Drop()
    {
        if (!File.Exists(Path)) return;
        disk.Delete(Path);
        disk.SyncDirectory(System.IO.Path.GetDirectoryName(Path)!);
    }

    /// <summary>The next tree: what is there, without what is older than the last generations and without what a publish that died had promised.</summary>
    public SignedManifest Prepare(Manifest manifest, ReadOnlyMemory<byte> signature)
    {
        var expected = _ref.Read();
        var blob = GitObject.Of(GitObjectType.Blob, signature);
        var kept = Entries(expected).Select(entry => (entry.Name, entry.Id, Epoch: EpochOf(entry.Name)))
            .Where(entry => entry.Epoch > 0 && entry.Epoch < manifest.Epoch)
            .OrderByDescending(entry => entry.Epoch).Take(Keep - 1)
            .Select(entry => KeyValuePair.Create(entry.Name, (GitId?)entry.Id));
        var tree = TreeEditor.Edit([], kept.Append(KeyValuePair.Create(FileName(manifest.Epoch, manifest.Commit), (GitId?)blob.Id)));
        return new SignedManifest(signature, blob, GitObject.Of(GitObjectType.Tree, tree), expected);
    }

    /// <exception cref="FastDataException">Another process moved it meanwhile.</exception>
    /// <exception cref="IOException">Another git holds it, or the disk failed.</exception>
    public void Move(SignedManifest signed)
    {
        if (!_ref.TryMove(signed.Expected, signed.Tree.Id.Hex)) throw new FastDataException($"{Name} was moved by another process meanwhile; nothing was published.");
    }

    /// <summary>The signature of a generation; null when the ref has none.</summary>
    public byte[]? Find(long epoch, CommitId commit)
    {
        var name = FileName(epoch, commit);
        return Entries(_ref.Read()).FirstOrDefault(entry => entry.Name == name) is { Name: not null } found ? ReadBlob(found.Id) : null;
    }

    /// <summary>Whether it names a signature for this commit, so that the pack of a publish that died is in use.</summary>
    public bool Names(CommitId commit)
    {
        var end = $"-{commit.Short}.json{FolderLayout.SignatureSuffix}";
        return Entries(_ref.Read()).Any(entry => entry.Name.EndsWith(end, StringComparison.Ordinal));
    }

    /// <summary>Removes the leavings of a publish that died; before packs are swept, since the lock is known by what its tree names.</summary>
    public void Recover()
    {
        _ref.DeleteTemporaries();
        _ref.DeleteDamaged();
        // Only a publish of ours writes a signature file before the ref has it.
        if (_ref.ReadLock() is { } target && Entries(target) is { Count: > 0 } entries && File.Exists(System.IO.Path.Combine(layout.Manifests, entries.MaxBy(entry => EpochOf(entry.Name)).Name))) _ref.DeleteLock();
    }

    private static string FileName(long epoch, CommitId commit) => FolderLayout.ManifestFileName(epoch, commit) + FolderLayout.SignatureSuffix;

    // One that is damaged holds nothing: the next signature makes it anew.
    private List<(string Name, GitId Id)> Entries(string? tree) => tree is null ? [] : Read(git => TreeEditor.Read(git.Tree(new GitId(tree)))) ?? [];

    // What a remote sends may have any length.
    private byte[]? ReadBlob(GitId id) => Read(git => git.SizeOf(id) <= SshSignature.MaxBytes ? git.Blob(id) : null);

    private T? Read<T>(Func<GitReader, T?> read) where T : class
    {
        try
        {
            using var git = new GitReader(layout);
            return read(git);
        }
        catch (FastDataException)
        {
            return null;
        }
    }

    private static long EpochOf(string name) =>
        name.EndsWith(FolderLayout.SignatureSuffix, StringComparison.Ordinal) && long.TryParse(name.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;
}
