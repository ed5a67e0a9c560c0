using Delivery.FastData;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.EndToEnd.Tests;

/// <summary>A small real installation: configuration, list, store and folder.</summary>
internal sealed class Installation : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, long> _versions = [];

    public Installation(params string[] names)
    {
        Names = names;
        File.WriteAllText(Config, """{ "fastData": "fast-data", "modelList": "model_list.txt", "store": "training.db", "cycleRecords": "cycles" }""");
        File.WriteAllLines(_folder["model_list.txt"], names);
    }

    public string[] Names { get; }

    public string Config => _folder["delivery.json"];

    public string FastData => _folder["fast-data"];

    /// <summary>Exports the n-th version of every model, as a trainer that went on would.</summary>
    public async Task TrainAsync(int n)
    {
        using var store = SqliteTrainingStore.Open(_folder["training.db"], TimeProvider.System);
        foreach (var name in Names)
        {
            var progress = new TrainingProgress { State = new byte[] { 1 }, Model = Version(name, n) };
            var outcome = await store.SaveAsync(ModelName.Parse(name), _versions.GetValueOrDefault(name), progress, default);
            _versions[name] = ((SaveOutcome.Saved)outcome).Version;
        }
    }

    /// <summary>One cycle in a process of its own.</summary>
    public Task<DeliveryProcess.Result> UpdateAsync() => DeliveryProcess.RunAsync(_folder.Path, "update", "--config", Config);

    /// <summary>One cycle in a process under strace.</summary>
    public Task<DeliveryProcess.Result> UpdateUnderStraceAsync(params string[] options) => UpdateUnderAsync(["strace", "-f", "-qq", .. options]);

    /// <summary>One cycle in a process that another program starts.</summary>
    public async Task<DeliveryProcess.Result> UpdateUnderAsync(params string[] tool)
    {
        using var update = DeliveryProcess.StartUnder(tool, _folder.Path, new Dictionary<string, string>(), "update", "--config", Config);
        return await update.EndAsync();
    }

    /// <summary>The live generation, checked byte by byte as a reader does; null when there is none.</summary>
    public Manifest? ReadLive()
    {
        var reader = new FolderReader(new FolderLayout(FastData));
        if (reader.ReadCurrent() is not { } current) return null;
        var manifest = reader.ReadManifest(current);
        foreach (var entry in manifest.Models)
        {
            ContentHash.Of(File.ReadAllBytes(reader.Layout.ModelPath(entry))).Should().Be(entry.Content, "{0} is live", entry.File);
        }
        return manifest;
    }

    /// <summary>Which version all live models are; fails on a mix.</summary>
    public int LiveVersion(int newest) => ReadLive()!.Models
        .Select(entry => Enumerable.Range(1, newest).Single(n => ContentHash.Of(Version(entry.Name.Value, n)) == entry.Content))
        .Distinct().Should().ContainSingle("a mix of two generations is never live").Subject;

    public void Dispose() => _folder.Dispose();

    private static byte[] Version(string name, int n) => TestModels.Linear(name, seed: n, classes: 11, features: 601, requestCount: (ulong)(100 * n));
}
