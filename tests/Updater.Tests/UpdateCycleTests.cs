using System.Security.Cryptography;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;
using Delivery.Updater.Pulling;
using Delivery.Updater.Records;
using Delivery.Updater.Tests.Support;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests;

public sealed class UpdateCycleTests : IDisposable
{
    private static readonly ModelName News = TestModels.News;
    private static readonly ModelName Video = TestModels.Video;

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly SqliteTrainingStore _real;
    private readonly FaultyStore _store;
    private readonly DeliveredInMemory _delivered = new();
    private readonly CycleRecords _records;

    public UpdateCycleTests()
    {
        _real = SqliteTrainingStore.Open(_folder["store.db"], _time);
        _store = new FaultyStore(_real);
        _records = new CycleRecords(_folder["cycles"]);
        File.WriteAllText(_folder["model_list.txt"], "news_wizard\nvideo_wizard\n");
    }

    public void Dispose()
    {
        _real.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_first_model_is_delivered_and_one_that_has_just_begun_is_skipped()
    {
        var file = await ExportAsync(News, TestModels.Good);

        var record = await RunAsync();

        record.Result.Should().Be(CycleResult.Published);
        (record.Epoch, record.Commit).Should().Be((1, _delivered.ReadTip().Commit));
        _delivered.ReadModel(News, _delivered.ReadTip()).Should().Equal(file);
        record.Models.Select(m => (m.Name, m.Outcome, m.State)).Should().Equal(("news_wizard", "Accepted", ModelState.Present), ("video_wizard", "Skipped", ModelState.NeverSeen));
        record.Models[0].Should().Match<ModelReport>(m => m.RequestCountBefore == null && m.RequestCountAfter == 1000 && m.Sha256Candidate == Sha(file));
        var card = ModelCard.Parse(_delivered.ReadTip().Models[News].Card!);
        card.Source.Should().Be(new CardSource("test-store", 1, _time.GetUtcNow()));
        card.Gate.Reason.Should().Be("first delivery");
        _records.ReadLatest().Should().BeEquivalentTo(record);
    }

    [Fact]
    public async Task Unchanged_content_makes_no_commit()
    {
        await ExportAsync(News, TestModels.Good);
        await RunAsync();

        var record = await RunAsync();

        record.Result.Should().Be(CycleResult.Unchanged);
        record.Epoch.Should().Be(1);
        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.Reason == "unchanged");
        _delivered.Requests.Should().HaveCount(1);
    }

    [Fact]
    public async Task A_failed_pull_keeps_the_prior_version_and_skips_where_there_is_none()
    {
        _delivered.Put(News, TestModels.File(News, TestModels.Good));
        _store.Fault = (_, _, _) => throw new IOException("connection refused");

        var record = await RunAsync();

        record.Result.Should().Be(CycleResult.Unchanged);
        record.Models.Select(m => (m.Outcome, m.Reason)).Should().Equal(("Kept", "failed: connection refused"), ("Skipped", "failed: connection refused"));
        record.Models.Select(m => m.State).Should().Equal(ModelState.Present, ModelState.NeverSeen);
        _delivered.ReadTip().Epoch.Should().Be(1);
    }

    [Fact]
    public async Task A_model_that_left_the_store_is_kept_and_missing_since_then()
    {
        await ExportAsync(News, TestModels.Good);
        await RunAsync();
        await _real.DeleteAsync(News, default);
        _time.Advance(TimeSpan.FromMinutes(30));
        var since = _time.GetUtcNow();

        (await RunAsync()).Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.State == ModelState.Missing && m.MissingSince == since);
        _time.Advance(TimeSpan.FromMinutes(30));
        (await RunAsync()).Models[0].MissingSince.Should().Be(since);
        await ExportAsync(News, TestModels.Good, 2000);
        (await RunAsync()).Models[0].Should().Match<ModelReport>(m => m.Outcome == "Accepted" && m.State == ModelState.Present && m.MissingSince == null);
    }

    [Fact]
    public async Task A_harmful_candidate_is_rejected_quarantined_and_not_tried_again()
    {
        _delivered.Put(News, TestModels.File(News, TestModels.Good));
        var bad = await ExportAsync(News, [0, -1, 0, -1, 0, 1.2f], 2000, holdout: 3000);

        var first = await RunAsync();
        var second = await RunAsync();

        first.Result.Should().Be(CycleResult.Published, "the quarantine is a change of control");
        first.Models[0].Outcome.Should().Be("Rejected");
        first.Models[0].Reason.Should().StartWith("harm: ");
        first.Models[0].Gate!.Verdict.Should().Be("harm");
        var quarantined = _delivered.ReadTip().Quarantine.Should().ContainSingle().Subject;
        quarantined.Should().Be(new QuarantinedContent(News, Sha(bad), first.Models[0].Reason, first.Started));
        _delivered.Requests[0].Message.Should().StartWith("Deliver 0 models, keep 0, skip 1, reject 1\n");
        second.Result.Should().Be(CycleResult.Unchanged);
        second.Models[0].Outcome.Should().Be("Kept");
        second.Models[0].Reason.Should().StartWith("quarantined: harm: ");
        _delivered.ReadTip().Models[News].Sha256.Should().Be(Sha(TestModels.File(News, TestModels.Good)));

        _delivered.Control(tip => tip with { Quarantine = [] });
        (await RunAsync()).Models[0].Outcome.Should().Be("Rejected", "what was released is tried again");
    }

    [Fact]
    public async Task A_bad_candidate_does_not_hold_back_the_good_ones()
    {
        await SaveAsync(News, "no model"u8.ToArray());
        await ExportAsync(Video, TestModels.Good);

        var record = await RunAsync();

        record.Models.Select(m => m.Outcome).Should().Equal("Rejected", "Accepted");
        _delivered.ReadTip().Models.Keys.Should().Equal(Video);
    }

    [Fact]
    public async Task An_undecided_candidate_of_unbroken_lineage_is_delivered_with_its_message()
    {
        _delivered.Put(News, TestModels.File(News, TestModels.Good));
        var file = await ExportAsync(News, TestModels.GoodToo, 1800, holdout: 30);

        await RunAsync();

        var request = _delivered.Requests.Single();
        request.Message.Should().Contain($"\nnews_wizard: 1000 -> 1800 requests, {Sha(TestModels.File(News, TestModels.Good))[..8]} -> {Sha(file)[..8]}\n");
        request.Message.Should().Contain("\nOutcome: news_wizard Accepted ");
        ModelCard.Parse(request.Accepted.Single().Card).Gate.Count.Should().Be(30);
    }

    [Fact]
    public async Task A_holdout_that_cannot_be_read_keeps_what_is_delivered_and_does_not_stop_a_first_delivery()
    {
        _delivered.Put(News, TestModels.File(News, TestModels.Good));
        await ExportAsync(News, TestModels.GoodToo, 2000);
        await ExportAsync(Video, TestModels.Good);
        _store.Fault = (_, call, _) => call > 1 ? throw new TrainingStoreException("chunk 0 is damaged") : Task.CompletedTask;

        var record = await RunAsync();

        record.Models.Select(m => (m.Outcome, m.Reason)).Should().Equal(("Kept", "holdout: chunk 0 is damaged"), ("Accepted", "first delivery"));
    }

    [Fact]
    public async Task A_golden_file_with_a_mistake_is_not_held_against_the_candidate()
    {
        Directory.CreateDirectory(_folder["goldens"]);
        await File.WriteAllTextAsync(_folder["goldens/news_wizard.json"], "[{]");
        await File.WriteAllTextAsync(_folder["goldens/video_wizard.json"], """[{"features":[1,1],"class":2}]""");
        await ExportAsync(News, TestModels.Good);
        await ExportAsync(Video, TestModels.Good);

        var record = await RunAsync(Options with { Validation = new ValidationOptions { GoldenFolder = _folder["goldens"] } });

        record.Models[0].Outcome.Should().Be("Skipped");
        record.Models[0].Reason.Should().StartWith("golden file: ").And.Contain("goldens/news_wizard.json:1: ");
        record.Models[1].Should().Match<ModelReport>(m => m.Outcome == "Rejected" && m.Reason.StartsWith("golden: entry 0"));
        _delivered.ReadTip().Quarantine.Should().ContainSingle().Which.Name.Should().Be(Video);
    }

    [Fact]
    public async Task Held_and_retired_names_are_not_even_pulled()
    {
        _delivered.Put(News, TestModels.File(News, TestModels.Good));
        await ExportAsync(News, TestModels.GoodToo, 2000);
        await ExportAsync(Video, TestModels.Good);
        _delivered.Control(tip => tip with { Held = new Dictionary<ModelName, string> { [News] = "pinned by ops" }, Retired = new HashSet<ModelName> { Video } });

        var record = await RunAsync();

        record.Models.Select(m => (m.Outcome, m.Reason, m.State)).Should().Equal(("Kept", "held: pinned by ops", ModelState.Present), ("Skipped", "retired", ModelState.Retired));
        _store.AllCalls.Should().Be(0);
    }

    [Fact]
    public async Task A_bad_list_changes_nothing_and_tells_all_mistakes()
    {
        _delivered.Put(News, TestModels.File(News, TestModels.Good));
        await ExportAsync(News, TestModels.GoodToo, 2000);
        await File.WriteAllTextAsync(_folder["model_list.txt"], "news_wizard\nNEWS_wizard\nweb!\n");

        var record = await RunAsync();

        record.Result.Should().Be(CycleResult.Failed);
        record.Error.Should().Contain("model_list.txt:2: ").And.Contain("model_list.txt:3: ");
        _delivered.ReadTip().Epoch.Should().Be(1);
        _records.ReadLatest()!.Error.Should().Be(record.Error);
        _store.AllCalls.Should().Be(0);
    }

    [Fact]
    public async Task A_name_that_left_the_list_stays_delivered()
    {
        _delivered.Put(Video, TestModels.File(Video, TestModels.Good));
        await ExportAsync(News, TestModels.Good);
        await File.WriteAllTextAsync(_folder["model_list.txt"], "news_wizard\n");

        var record = await RunAsync();

        record.Unlisted.Should().Equal("video_wizard");
        _delivered.ReadTip().Models.Keys.Should().BeEquivalentTo([News, Video]);
    }

    [Fact]
    public async Task A_lost_race_decides_anew_on_what_was_pulled()
    {
        await ExportAsync(News, TestModels.Good, 1000);
        var races = 0;
        _delivered.Before = _ =>
        {
            if (races++ == 0) _delivered.Put(News, TestModels.File(News, TestModels.Good, 5000)); // the other updater is ahead
            return null;
        };

        var record = await RunAsync();

        record.Models[0].Outcome.Should().Be("Rejected");
        record.Models[0].Reason.Should().Contain("request_count fell from 5000 to 1000");
        _store.Calls(News).Should().Be(2, "the model was pulled once, and the holdout read for the first decision");
    }

    [Fact]
    public async Task A_race_lost_again_and_again_ends_the_cycle_with_an_error()
    {
        await ExportAsync(News, TestModels.Good);
        var tries = 0;
        _delivered.Before = _ =>
        {
            tries++;
            return new DeliveryResult.LostRace("feed");
        };

        var record = await RunAsync();

        tries.Should().Be(4);
        record.Result.Should().Be(CycleResult.Failed);
        record.Error.Should().Be("lost 4 races to other updaters; the folder is at feed");
    }

    [Fact]
    public async Task A_folder_that_is_busy_or_broken_leaves_a_record_with_the_outcomes()
    {
        await ExportAsync(News, TestModels.Good);
        _delivered.Before = _ => new DeliveryResult.Busy("process 12 holds it");
        var busy = await RunAsync();
        _delivered.Before = _ => throw new IOException("no space left on device");
        var broken = await RunAsync();

        busy.Should().Match<CycleRecord>(r => r.Result == CycleResult.Failed && r.Error == "the folder is busy: process 12 holds it" && r.Models.Count == 2);
        broken.Should().Match<CycleRecord>(r => r.Result == CycleResult.Failed && r.Error == "the delivery failed: IOException: no space left on device" && r.Models[0].Outcome == "Accepted");
        (await RunWithout(() => _delivered.Before = null)).Result.Should().Be(CycleResult.Published, "the next cycle does it");
    }

    [Fact]
    public async Task A_dry_run_decides_and_leaves_no_trace()
    {
        await ExportAsync(News, TestModels.Good);

        var record = await Cycle(Options).RunAsync(dryRun: true, default);

        record.Should().Match<CycleRecord>(r => r.Result == CycleResult.DryRun && r.Models[0].Outcome == "Accepted");
        _delivered.ReadTip().Epoch.Should().Be(0);
        _records.ReadLatest().Should().BeNull();
    }

    [Fact]
    public async Task A_cycle_that_is_told_to_stop_delivers_nothing_and_says_so()
    {
        await ExportAsync(News, TestModels.Good);
        using var stop = new CancellationTokenSource();
        _store.Fault = async (_, _, token) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };

        var record = await Cycle(Options).RunAsync(dryRun: false, stop.Token);

        record.Result.Should().Be(CycleResult.Stopped);
        _delivered.ReadTip().Epoch.Should().Be(0);
        _records.ReadLatest()!.Result.Should().Be(CycleResult.Stopped);
    }

    [Fact]
    public async Task The_folder_takes_models_in_order_until_it_is_full()
    {
        var size = (await ExportAsync(News, TestModels.Good)).Length;
        await ExportAsync(Video, TestModels.Good);
        _delivered.Put(ModelName.Parse("maps"), new byte[2000]);

        var record = await RunAsync(Options with { MaxTotalBytes = 2000 + size * 2 - 1 });

        record.Models.Select(m => m.Outcome).Should().Equal("Accepted", "Skipped");
        record.Models[1].Reason.Should().Be($"all models together would have {2000 + size * 2} bytes; the limit is {2000 + size * 2 - 1}");
    }

    private UpdaterOptions Options => new()
    {
        ModelListPath = _folder["model_list.txt"],
        RecordsFolder = _folder["cycles"],
        StoreName = "test-store",
        Pull = new PullOptions { Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(2), CircuitMinimumAttempts = 1000 },
    };

    private UpdateCycle Cycle(UpdaterOptions options) => new(options, _store, _delivered, _records, _time);

    private Task<CycleRecord> RunAsync(UpdaterOptions? options = null) => Cycle(options ?? Options).RunAsync(dryRun: false, default);

    private Task<CycleRecord> RunWithout(Action change)
    {
        change();
        return RunAsync();
    }

    private async Task<byte[]> ExportAsync(ModelName name, float[] weights, ulong requests = 1000, int holdout = 0)
    {
        var file = TestModels.File(name, weights, requests);
        await SaveAsync(name, file, holdout);
        return file;
    }

    private async Task SaveAsync(ModelName name, byte[] file, int holdout = 0)
    {
        var version = (await _real.LoadStateAsync(name, default))?.Version ?? 0;
        var progress = new TrainingProgress { State = new byte[1], Model = file, NewHoldout = TestModels.Items(name, holdout) };
        (await _real.SaveAsync(name, version, progress, default)).Should().BeOfType<SaveOutcome.Saved>();
    }

    private static string Sha(byte[] file) => Convert.ToHexStringLower(SHA256.HashData(file));
}
