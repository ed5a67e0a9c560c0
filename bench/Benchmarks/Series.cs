using System.Text;
using Delivery.FastData;
using Delivery.Models;
using Delivery.Models.Kinds;

namespace Delivery.Benchmarks;

/// <summary>
/// Generations that are on the disk before they are live, so that publishing is moving CURRENT and nothing else. Each changes the next
/// block of models to the next of a few contents, so that a thousand generations need no more files than that.
/// </summary>
/// <param name="root">Of the folder.</param>
/// <param name="models">How many.</param>
/// <param name="changed">By each generation; divides <paramref name="models"/>.</param>
/// <param name="features">Of each.</param>
internal sealed class Series(string root, int models, int changed, int features)
{
    private const int Contents = 3; // two are in use at the time of a swap

    private readonly ManifestEntry[][] _entries = new ManifestEntry[Contents][];
    private readonly int[] _content = new int[models];
    private long _epoch;

    public FolderLayout Layout { get; } = new(root);

    /// <summary>A model that the generation of an epoch changes.</summary>
    public string ChangedBy(long epoch) => Name(BlockOf(epoch) * changed);

    public static string Name(int model) => $"model_{model:0000}";

    /// <summary>Writes all model files.</summary>
    public void WriteModels()
    {
        Directory.CreateDirectory(Layout.Models);
        Directory.CreateDirectory(Layout.Manifests);
        for (var content = 0; content < Contents; content++) _entries[content] = [.. Enumerable.Range(0, models).Select(model => Write(model, content))];
    }

    /// <summary>Writes the manifest of the next generation.</summary>
    public CurrentPointer Prepare()
    {
        _epoch++;
        var first = BlockOf(_epoch) * changed;
        for (var model = first; model < first + changed; model++) _content[model] = (_content[model] + 1) % Contents;
        var commit = CommitId.Parse(ContentHash.Of(Encoding.ASCII.GetBytes($"{_epoch}")).Hex[..40]);
        var manifest = new Manifest(_epoch, commit, [.. Enumerable.Range(0, models).Select(model => _entries[_content[model]][model])]).ToBytes();
        File.WriteAllBytes(Layout.ManifestPath(_epoch, commit), manifest);
        return new CurrentPointer(FolderLayout.Format, _epoch, commit, ContentHash.Of(manifest));
    }

    /// <summary>Makes a generation live.</summary>
    public void Announce(CurrentPointer pointer)
    {
        var fresh = Layout.Current + ".new";
        File.WriteAllBytes(fresh, pointer.ToBytes());
        File.Move(fresh, Layout.Current, overwrite: true);
    }

    private int BlockOf(long epoch) => (int)(epoch % (models / changed));

    private ManifestEntry Write(int model, int content)
    {
        var file = DecisionBed.File(Name(model), (model * Contents) + content, features);
        var entry = new ManifestEntry(ModelName.Parse(Name(model)), file.Length, ContentHash.Of(file), LinearSoftmax.KindName);
        File.WriteAllBytes(Layout.ModelPath(entry), file);
        return entry;
    }
}
