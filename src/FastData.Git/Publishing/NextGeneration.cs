using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Signing;
using Delivery.Models;

namespace Delivery.FastData.Git.Publishing;

/// <summary>The generation that follows from a tip and a publication: its new objects, and the state once it is committed.</summary>
internal sealed record NextGeneration(IReadOnlyList<GitObject> Objects, TipState State)
{
    /// <summary>Null when nothing would change.</summary>
    public static NextGeneration? Make(
        TipState tip, Publication publication, IReadOnlyList<(ModelChange Change, ManifestEntry Entry)> models, DateTimeOffset now, SshSigner? signer = null)
    {
        var objects = new List<GitObject>((2 * models.Count) + publication.Control.Count + 4);
        var modelsTree = Edit(tip.ModelsTree, ModelFiles(models, publication.Removed), objects);
        var controlTree = Edit(tip.ControlTree, publication.Control, objects);
        if (modelsTree.AsSpan().SequenceEqual(tip.ModelsTree) && controlTree.AsSpan().SequenceEqual(tip.ControlTree)) return null;

        using var root = new MemoryStream();
        AddFolder(root, TipState.ControlFolder, controlTree, objects);
        AddFolder(root, TipState.ModelsFolder, modelsTree, objects);
        var rootTree = Add(GitObjectType.Tree, root.ToArray(), objects);

        if (tip.Epoch == long.MaxValue) throw new FastDataException($"The epoch of commit {tip.Commit} is {tip.Epoch}: there is none after it, so nothing more can be published here. Was that commit made by hand? Begin a new folder with the models of the one before it.");
        var epoch = tip.Epoch + 1;
        var commit = CommitText.Make(rootTree, tip.Commit, publication.Actor, now, publication.Message, epoch, signer is null ? null : signer.SignCommit);
        objects.Insert(0, commit);
        var manifest = new Manifest(epoch, CommitId.Parse(commit.Id.Hex), Merge(tip.Manifest?.Models ?? [], models, publication.Removed)) { Published = CommitText.ToTheSecond(now) };
        return new NextGeneration(objects, new TipState(manifest, modelsTree, controlTree, Merge(tip.Control, publication.Control)));
    }

    private static IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>?>> ModelFiles(
        IEnumerable<(ModelChange Change, ManifestEntry Entry)> models, IEnumerable<ModelName> removed)
    {
        foreach (var (change, _) in models)
        {
            yield return new(change.Name + TipState.ModelSuffix, change.File);
            yield return new(change.Name + TipState.CardSuffix, change.Card);
        }
        foreach (var name in removed)
        {
            yield return new(name + TipState.ModelSuffix, null);
            yield return new(name + TipState.CardSuffix, null);
        }
    }

    private static byte[] Edit(byte[] tree, IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>?>> files, List<GitObject> objects) =>
        TreeEditor.Edit(tree, [.. files.Select(file => KeyValuePair.Create(file.Key, file.Value is { } content ? Add(GitObjectType.Blob, content, objects) : (GitId?)null))]);

    private static void AddFolder(Stream root, string name, byte[] tree, List<GitObject> objects)
    {
        // git keeps no empty folders.
        if (tree.Length > 0) TreeEditor.WriteEntry(root, TreeEditor.DirectoryMode, name, Add(GitObjectType.Tree, tree, objects));
    }

    private static GitId Add(GitObjectType type, ReadOnlyMemory<byte> content, List<GitObject> objects)
    {
        var created = GitObject.Of(type, content);
        objects.Add(created);
        return created.Id;
    }

    private static List<ManifestEntry> Merge(
        IReadOnlyList<ManifestEntry> before, IReadOnlyList<(ModelChange Change, ManifestEntry Entry)> changes, IEnumerable<ModelName> removed)
    {
        var changed = changes.Select(change => change.Entry).OrderBy(entry => entry.Name).ToList();
        var gone = changed.Select(entry => entry.Name).Concat(removed).ToHashSet();
        var merged = new List<ManifestEntry>(before.Count + changed.Count);
        var next = 0;
        foreach (var entry in before)
        {
            while (next < changed.Count && changed[next].Name < entry.Name) merged.Add(changed[next++]);
            if (!gone.Contains(entry.Name)) merged.Add(entry);
        }
        merged.AddRange(changed.Skip(next));
        return merged;
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Merge(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> before, IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> changes)
    {
        var merged = new Dictionary<string, ReadOnlyMemory<byte>>(before);
        foreach (var (name, content) in changes)
        {
            if (content is { } bytes) merged[name] = bytes;
            else merged.Remove(name);
        }
        return merged;
    }
}
