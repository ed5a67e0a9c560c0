using System.Text;
using Delivery.FastData;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Wire;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.TestKit;

/// <summary>Writes a valid fast-data folder without a history: what a reader sees of a publisher. One thread at a time.</summary>
public sealed class FolderBuilder(string root)
{
    /// <summary>What every model of <see cref="Linear"/> says of its training.</summary>
    public static readonly DateTimeOffset TrainedUntil = new(2025, 12, 31, 23, 0, 0, TimeSpan.Zero);

    private readonly SortedDictionary<ModelName, (byte[] File, string Kind)> _models = [];

    public FolderLayout Layout { get; } = new(root);

    /// <summary>Of the last generation; 0 before the first.</summary>
    public long Epoch { get; private set; }

    /// <summary>Time of the commit that the next manifests name; null, as in manifests of before they had one.</summary>
    public DateTimeOffset? Published { get; set; }

    /// <summary>A model file whose weights are given by class and feature.</summary>
    public static byte[] Linear(string name, int classes, int features, Func<int, int, float> weight, ulong requestCount = 1000)
    {
        var values = new float[classes * features];
        for (var i = 0; i < values.Length; i++) values[i] = weight(i / features, i % features);
        var header = new ModelHeader
        {
            Name = name,
            Kind = LinearSoftmax.KindName,
            ModelVersion = 3,
            Sources = { new FeatureSource { Name = "constant", Count = (uint)features } },
            ClassCount = (uint)classes,
            FeatureCount = (uint)features,
            RequestCount = requestCount,
            BatchCount = 10,
            Created = TrainedUntil.ToTimestamp(),
            TrainedUntil = TrainedUntil.ToTimestamp(),
            ConfigHash = 42,
            Intent = "NEWS_WIZARD",
            Objective = "policy_gradient",
            Format = 1,
        };
        return ModelFileWriter.Write(header, new FloatTensor(LinearSoftmax.WeightsName, [classes, features], values));
    }

    /// <summary>A model file of 4 classes and 3 features that chooses <paramref name="best"/> for features that are positive.</summary>
    public static byte[] Choosing(string name, int best) => Linear(name, 4, 3, (k, _) => k == best ? 1 : 0);

    /// <summary>Adds a model, or replaces it, in the next generation.</summary>
    public FolderBuilder With(string name, byte[] file, string kind = LinearSoftmax.KindName)
    {
        _models[ModelName.Parse(name)] = (file, kind);
        return this;
    }

    /// <summary>Leaves a model out of the next generation.</summary>
    public FolderBuilder Without(string name)
    {
        _models.Remove(ModelName.Parse(name));
        return this;
    }

    /// <summary>Makes the models the live generation, one epoch on.</summary>
    public CurrentPointer Publish() => Publish(Epoch + 1);

    /// <summary>The same with an epoch of the caller's choice.</summary>
    public CurrentPointer Publish(long epoch)
    {
        var pointer = Prepare(epoch);
        PointTo(pointer);
        return pointer;
    }

    /// <summary>Writes the generation but leaves CURRENT as it is.</summary>
    public CurrentPointer Prepare(long epoch)
    {
        Directory.CreateDirectory(Layout.Models);
        Directory.CreateDirectory(Layout.Manifests);
        var entries = _models.Select(m => new ManifestEntry(m.Key, m.Value.File.Length, ContentHash.Of(m.Value.File), m.Value.Kind)).ToList();
        foreach (var entry in entries) WriteOnce(Layout.ModelPath(entry), _models[entry.Name].File);
        var seed = string.Join(' ', entries.Select(e => e.Content)) + epoch;
        var commit = CommitId.Parse(ContentHash.Of(Encoding.ASCII.GetBytes(seed)).Hex[..40]);
        var manifest = (new Manifest(epoch, commit, entries) { Published = Published }).ToBytes();
        WriteOnce(Layout.ManifestPath(epoch, commit), manifest);
        Epoch = epoch;
        return new CurrentPointer(FolderLayout.Format, epoch, commit, ContentHash.Of(manifest));
    }

    /// <summary>Replaces CURRENT by rename.</summary>
    public void PointTo(CurrentPointer pointer) => WriteCurrent(pointer.ToBytes());

    /// <summary>Replaces CURRENT by rename with whatever bytes.</summary>
    public void WriteCurrent(byte[] content)
    {
        var fresh = Layout.Current + ".new";
        File.WriteAllBytes(fresh, content);
        File.Move(fresh, Layout.Current, overwrite: true);
    }

    /// <summary>The live file of a model as it stands in the next generation.</summary>
    public string PathOf(string name)
    {
        var key = ModelName.Parse(name);
        return Path.Combine(Layout.Models, FolderLayout.ModelFileName(key, ContentHash.Of(_models[key].File)));
    }

    private static void WriteOnce(string path, byte[] content)
    {
        if (File.Exists(path)) return;
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path);
    }
}
