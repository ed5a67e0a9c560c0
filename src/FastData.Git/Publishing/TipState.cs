using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.Models;
using Delivery.Models.Formats;

namespace Delivery.FastData.Git.Publishing;

/// <summary>The committed generation as a publisher needs it for the next one; kept between publishes, so that a warm publish reads nothing.</summary>
/// <param name="Manifest">Its manifest; null before the first generation.</param>
/// <param name="ModelsTree">The bytes of the tree <c>models/</c>.</param>
/// <param name="ControlTree">The bytes of the tree <c>control/</c>.</param>
/// <param name="Control">The files in <c>control/</c>.</param>
internal sealed record TipState(Manifest? Manifest, byte[] ModelsTree, byte[] ControlTree, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Control)
{
    public const string ModelsFolder = "models";
    public const string ControlFolder = "control";
    public const string ModelSuffix = ".pb";
    public const string CardSuffix = ".json";

    private const string ToMend = "'delivery verify --repair' points main at the commit that is live.";

    public static TipState Empty { get; } = new(null, [], [], new Dictionary<string, ReadOnlyMemory<byte>>());

    public CommitId? Commit => Manifest?.Commit;

    public long Epoch => Manifest?.Epoch ?? 0;

    public FastDataTip ToTip() => Manifest is null
        ? FastDataTip.Empty
        : new FastDataTip(Epoch, Commit, Manifest.Models.ToDictionary(model => model.Name), Control);

    /// <summary>Reads a generation back from its commit.</summary>
    /// <param name="git">The repository.</param>
    /// <param name="commit">The generation's commit.</param>
    /// <param name="known">The generation's manifest where it is at hand; otherwise every model is read and hashed.</param>
    /// <exception cref="FastDataException">The commit is no generation of ours.</exception>
    public static TipState Load(GitReader git, CommitId commit, Manifest? known)
    {
        var found = git.Commit(commit);
        var epoch = CommitText.EpochOf(found.Message)
            ?? throw new FastDataException($"Commit {commit} ('{found.MessageShort}') carries no epoch: it was not made by Delivery. {ToMend}");
        var models = GitReader.Folder(found, ModelsFolder);
        var control = GitReader.Folder(found, ControlFolder);
        return new TipState(known ?? MakeManifest(git, models, epoch, commit, CommitText.TimeOf(found)), models, control, ReadControl(git, control));
    }

    /// <summary>The files of the tree <c>control/</c> by name.</summary>
    public static Dictionary<string, ReadOnlyMemory<byte>> ReadControl(GitReader git, byte[] controlTree) =>
        TreeEditor.Read(controlTree).ToDictionary(entry => entry.Name, entry => (ReadOnlyMemory<byte>)git.Blob(entry.Id));

    private static Manifest MakeManifest(GitReader git, byte[] models, long epoch, CommitId commit, DateTimeOffset? published)
    {
        var entries = ModelBlobs(models).Select(model => DescribeCommitted(commit, model.Name, git.Blob(model.Id))).OrderBy(entry => entry.Name);
        return new Manifest(epoch, commit, [.. entries]) { Published = published };
    }

    private static ManifestEntry DescribeCommitted(CommitId commit, ModelName name, ReadOnlySpan<byte> file)
    {
        try
        {
            return Describe(name, file);
        }
        catch (InvalidModelException e)
        {
            throw new FastDataException($"Commit {commit}, {ModelsFolder}/{name}{ModelSuffix}: {e.Message} It was not made by Delivery. {ToMend}", e);
        }
    }

    /// <summary>The models of a tree with the blobs that hold them.</summary>
    public static IEnumerable<(ModelName Name, GitId Id)> ModelBlobs(byte[] modelsTree) => TreeEditor.Read(modelsTree)
        .Where(entry => entry.Name.EndsWith(ModelSuffix, StringComparison.Ordinal))
        .Select(entry => (NameOf(entry.Name), entry.Id));

    /// <summary>The model of a file in <c>models/</c>.</summary>
    /// <exception cref="FastDataException">It is named as no model can be.</exception>
    public static ModelName NameOf(string file) => ModelName.TryParse(file[..^ModelSuffix.Length], out var name, out var problem) ? name
        : throw new FastDataException($"The history's file {ModelsFolder}/{file}: {problem} It was not made by Delivery. {ToMend}");

    /// <summary>The line of a manifest for a model file.</summary>
    /// <exception cref="InvalidModelException">It is no valid model, or one of another name.</exception>
    public static ManifestEntry Describe(ModelName name, ReadOnlySpan<byte> file)
    {
        var header = ModelLayout.Read(file).Header;
        return header.Name == name.Value
            ? new ManifestEntry(name, file.Length, ContentHash.Of(file), header.Kind)
            : throw new InvalidModelException($"The file for '{name}' holds the model '{header.Name}'.");
    }
}
