using System.Text;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Storage;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;
using Delivery.Updater.Pulling;
using Delivery.Updater.Records;

namespace Delivery.Updater.Tests.Support;

/// <summary>A training store, a fast-data folder and a list of two models, all real and in a temporary folder.</summary>
internal sealed class UpdaterScene : IDisposable
{
    /// <summary>Long enough for the slowest machine; a test that gets here has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public UpdaterScene()
    {
        Training = SqliteTrainingStore.Open(Files["store.db"], Time);
        Store = new FaultyStore(Training);
        Records = new CycleRecords(Files["cycles"]);
        Folder = Files["fast-data"];
        Options = new UpdaterOptions
        {
            ModelListPath = Files["model_list.txt"],
            RecordsFolder = Files["cycles"],
            StoreName = "test-store",
            Pull = new PullOptions { AttemptTimeout = Patience, Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(2), CircuitMinimumAttempts = 1000 },
        };
        File.WriteAllText(Options.ModelListPath, "news_wizard\nvideo_wizard\n");
    }

    public TemporaryFolder Files { get; } = new();

    public ManualTime Time { get; } = new();

    /// <summary>The training side's end of the store.</summary>
    public SqliteTrainingStore Training { get; }

    /// <summary>The updater's end of the store.</summary>
    public FaultyStore Store { get; }

    public CycleRecords Records { get; }

    public UpdaterOptions Options { get; set; }

    /// <summary>The fast-data folder.</summary>
    public string Folder { get; set; }

    /// <summary>How long a publish waits for the folder. Where somebody is to hold it longer, a test makes it short.</summary>
    public TimeSpan LockTimeout { get; set; } = Patience;

    public FolderLayout Layout => new(Folder);

    public void Dispose()
    {
        Training.Dispose();
        Files.Dispose();
    }

    public FastDataPublisher Publisher(IDisk? disk = null) => new(Folder, Time, disk) { LockTimeout = LockTimeout };

    public UpdateCycle Cycle(IDisk? disk = null) => new(Options, Store, Publisher(disk), Records, Time);

    public Task<CycleRecord> RunAsync(IDisk? disk = null) => Cycle(disk).RunAsync(dryRun: false, default);

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(20), deadline.Token);
    }

    /// <summary>Takes a lock that nobody keeps. A process that another test starts in that moment has it for as long as it takes to run its program.</summary>
    public static IDisposable Hold(string path)
    {
        IDisposable? held = null;
        SpinWait.SpinUntil(() => (held = new LocalDisk().TryLock(path)) is not null, Patience).Should().BeTrue("nobody keeps {0}", path);
        return held!;
    }

    public FastDataTip Tip() => Publisher().ReadTip(default);

    /// <summary>Publishes a model as another updater does.</summary>
    public void Put(ModelName name, byte[] file) => Publish(new Publication
    {
        ExpectedTip = Tip().Commit,
        Message = "Another updater",
        Models = [new ModelChange(name, file, Encoding.UTF8.GetBytes("{}\n"))],
    });

    public void Publish(Publication publication) => Publisher().Publish(publication, default).Should().BeOfType<PublishOutcome.Published>();

    /// <summary>What a reader sees, every file of it read and hashed; null when nothing is live.</summary>
    public Manifest? Live()
    {
        var reader = new FolderReader(Layout);
        if (reader.ReadCurrent() is not { } current) return null;
        var manifest = reader.ReadManifest(current);
        foreach (var entry in manifest.Models) ContentHash.Of(File.ReadAllBytes(Layout.ModelPath(entry))).Should().Be(entry.Content, "{0} is live", entry.File);
        return manifest;
    }

    /// <summary>Epoch of what is live; 0 when nothing is.</summary>
    public long Epoch() => Live()?.Epoch ?? 0;

    /// <summary>Puts a damaged old manifest beside one that has to go: nobody can tell which live files it names.</summary>
    public void BreakRetirement()
    {
        File.WriteAllText(Path.Combine(Layout.Manifests, "0-00000000.json"), "torn");
        File.WriteAllText(Path.Combine(Layout.Manifests, "99-00000000.json"), "of a publish that died");
    }

    /// <summary>Has a trainer export a model of the small world.</summary>
    public async Task<byte[]> ExportAsync(ModelName name, float[] weights, ulong requests = 1000, int holdout = 0)
    {
        var file = TestModels.File(name, weights, requests);
        await SaveAsync(name, file, holdout);
        return file;
    }

    public async Task SaveAsync(ModelName name, byte[] file, int holdout = 0)
    {
        var version = (await Training.LoadStateAsync(name, default))?.Version ?? 0;
        var progress = new TrainingProgress { State = new byte[1], Model = file, NewHoldout = TestModels.Items(name, holdout) };
        (await Training.SaveAsync(name, version, progress, default)).Should().BeOfType<SaveOutcome.Saved>();
    }
}
