using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.Updater.Records;
using Delivery.Updater.Tests.Support;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Tests;

public sealed class UpdateCycleTests : IDisposable
{
    private static readonly ModelName News = TestModels.News;
    private static readonly ModelName Video = TestModels.Video;

    private readonly UpdaterScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_first_model_is_delivered_and_one_that_has_just_begun_is_skipped()
    {
        var file = await _scene.ExportAsync(News, TestModels.Good);

        var record = await _scene.RunAsync();

        record.Result.Should().Be(CycleResult.Published);
        (record.Epoch, record.Commit, record.Warning).Should().Be((1, _scene.Tip().Commit!.Value.Hex, null));
        _scene.Live()!.Models.Select(model => (model.Name, model.Content.Hex)).Should().Equal((News, Sha(file)));
        record.Models.Select(m => (m.Name, m.Outcome, m.State)).Should().Equal(("news_wizard", "Accepted", ModelState.Present), ("video_wizard", "Skipped", ModelState.NeverSeen));
        record.Models[0].Should().Match<ModelReport>(m => m.RequestCountBefore == null && m.RequestCountAfter == 1000 && m.Sha256Candidate == Sha(file));
        _scene.Records.ReadLatest().Should().BeEquivalentTo(record);
    }

    [Fact]
    public async Task Unchanged_content_makes_no_commit()
    {
        await _scene.ExportAsync(News, TestModels.Good);
        await _scene.RunAsync();

        var record = await _scene.RunAsync();

        record.Result.Should().Be(CycleResult.Unchanged);
        record.Epoch.Should().Be(1);
        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.Reason == "unchanged");
        _scene.Epoch().Should().Be(1);
    }

    [Fact]
    public async Task A_failed_pull_keeps_the_prior_version_and_skips_where_there_is_none()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        _scene.Store.Fault = (_, _, _) => throw new IOException("connection refused");

        var record = await _scene.RunAsync();

        record.Result.Should().Be(CycleResult.Unchanged);
        record.Models.Select(m => (m.Outcome, m.Reason)).Should().Equal(("Kept", "failed: connection refused"), ("Skipped", "failed: connection refused"));
        record.Models.Select(m => m.State).Should().Equal(ModelState.Present, ModelState.NeverSeen);
        _scene.Epoch().Should().Be(1);
    }

    [Fact]
    public async Task A_model_that_left_the_store_is_kept_and_missing_since_then()
    {
        await _scene.ExportAsync(News, TestModels.Good);
        await _scene.RunAsync();
        await _scene.Training.DeleteAsync(News, default);
        _scene.Time.Advance(TimeSpan.FromMinutes(30));
        var since = _scene.Time.GetUtcNow();

        (await _scene.RunAsync()).Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.State == ModelState.Missing && m.MissingSince == since);
        _scene.Time.Advance(TimeSpan.FromMinutes(30));
        (await _scene.RunAsync()).Models[0].MissingSince.Should().Be(since);
        await _scene.ExportAsync(News, TestModels.Good, 2000);
        (await _scene.RunAsync()).Models[0].Should().Match<ModelReport>(m => m.Outcome == "Accepted" && m.State == ModelState.Present && m.MissingSince == null);
    }

    [Fact]
    public async Task A_harmful_candidate_is_rejected_quarantined_and_not_tried_again()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        var bad = await _scene.ExportAsync(News, [0, -1, 0, -1, 0, 1.2f], 2000, holdout: 3000);

        var first = await _scene.RunAsync();
        var second = await _scene.RunAsync();

        first.Result.Should().Be(CycleResult.Published, "the quarantine is a change of control");
        first.Models[0].Outcome.Should().Be("Rejected");
        first.Models[0].Reason.Should().StartWith("harm: ");
        first.Models[0].Gate!.Verdict.Should().Be("harm");
        var quarantined = Quarantine.Read(_scene.Tip()).Should().ContainSingle().Subject;
        quarantined.Should().Be(new QuarantinedContent(News, ContentHash.Of(bad), first.Started, first.Models[0].Reason));
        second.Result.Should().Be(CycleResult.Unchanged);
        second.Models[0].Outcome.Should().Be("Kept");
        second.Models[0].Reason.Should().StartWith("quarantined: harm: ");
        _scene.Live()!.Models.Single().Content.Should().Be(ContentHash.Of(TestModels.File(News, TestModels.Good)));

        _scene.Publish(new Publication { ExpectedTip = _scene.Tip().Commit, Message = "Release", Control = new Dictionary<string, ReadOnlyMemory<byte>?> { [Quarantine.FileName] = null } });
        (await _scene.RunAsync()).Models[0].Outcome.Should().Be("Rejected", "what was released is tried again");
    }

    [Fact]
    public async Task A_bad_candidate_does_not_hold_back_the_good_ones()
    {
        await _scene.SaveAsync(News, "no model"u8.ToArray());
        await _scene.ExportAsync(Video, TestModels.Good);

        var record = await _scene.RunAsync();

        record.Models.Select(m => m.Outcome).Should().Equal("Rejected", "Accepted");
        _scene.Tip().Models.Keys.Should().Equal(Video);
    }

    [Fact]
    public async Task An_undecided_candidate_of_unbroken_lineage_is_delivered_with_its_message()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        var file = await _scene.ExportAsync(News, TestModels.GoodToo, 1800, holdout: 30);

        await _scene.RunAsync();

        var message = new FastDataHistory(_scene.Folder).Read().First().Message;
        message.Should().Contain($"\nnews_wizard: 1000 -> 1800 requests, {Sha(TestModels.File(News, TestModels.Good))[..8]} -> {Sha(file)[..8]}\n");
        message.Should().Contain("\nOutcome: news_wizard Accepted ");
        ModelCard.Parse(GitProgram.Run(_scene.Folder, "show", "main:models/news_wizard.json")).Gate.Count.Should().Be(30);
    }

    [Fact]
    public async Task A_holdout_that_cannot_be_read_keeps_what_is_delivered_and_does_not_stop_a_first_delivery()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        await _scene.ExportAsync(Video, TestModels.Good);
        _scene.Store.Fault = (_, call, _) => call > 1 ? throw new TrainingStoreException("chunk 0 is damaged") : Task.CompletedTask;

        var record = await _scene.RunAsync();

        record.Models.Select(m => (m.Outcome, m.Reason)).Should().Equal(("Kept", "holdout: chunk 0 is damaged"), ("Accepted", "first delivery"));
    }

    [Fact]
    public async Task A_golden_file_with_a_mistake_is_not_held_against_the_candidate()
    {
        Directory.CreateDirectory(_scene.Files["goldens"]);
        await File.WriteAllTextAsync(_scene.Files["goldens/news_wizard.json"], "[{]");
        await File.WriteAllTextAsync(_scene.Files["goldens/video_wizard.json"], """[{"features":[1,1],"class":2}]""");
        await _scene.ExportAsync(News, TestModels.Good);
        await _scene.ExportAsync(Video, TestModels.Good);

        _scene.Options = _scene.Options with { Validation = new ValidationOptions { GoldenFolder = _scene.Files["goldens"] } };
        var record = await _scene.RunAsync();

        record.Models[0].Outcome.Should().Be("Skipped");
        record.Models[0].Reason.Should().StartWith("golden file: ").And.Contain("goldens/news_wizard.json:1: ");
        record.Models[1].Should().Match<ModelReport>(m => m.Outcome == "Rejected" && m.Reason.StartsWith("golden: entry 0"));
        Quarantine.Read(_scene.Tip()).Should().ContainSingle().Which.Name.Should().Be(Video);
    }

    [Fact]
    public async Task A_delivered_model_that_cannot_be_scored_here_is_kept_since_nothing_can_be_compared_with_it()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good, change: h => h.Kind = "random_forest"));
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        await _scene.ExportAsync(Video, TestModels.Good);

        var record = await _scene.RunAsync();

        record.Models.Select(m => m.Outcome).Should().Equal("Kept", "Accepted");
        record.Models[0].Reason.Should().StartWith("the delivered model cannot be read: ").And.Contain("random_forest");
    }

    [Fact]
    public async Task A_delivered_model_that_is_damaged_everywhere_holds_back_no_other()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        var pack = Directory.EnumerateFiles(Path.Combine(_scene.Folder, ".git", "objects", "pack"), "*.pack").Single();
        _scene.Put(Video, TestModels.File(Video, TestModels.Good));
        File.Delete(_scene.Layout.ModelPath(_scene.Tip().Models[News]));
        var bytes = await File.ReadAllBytesAsync(pack);
        Array.Fill(bytes, (byte)0xff, bytes.Length / 2, 16);
        File.Delete(pack);
        await File.WriteAllBytesAsync(pack, bytes);
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        await _scene.ExportAsync(Video, TestModels.GoodToo, 2000);

        var record = await _scene.RunAsync();

        record.Models.Select(m => m.Outcome).Should().Equal("Kept", "Accepted");
        record.Models[0].Reason.Should().StartWith("the delivered model cannot be read: ");
    }

    [Fact]
    public async Task A_bad_list_changes_nothing_and_tells_all_mistakes()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        await File.WriteAllTextAsync(_scene.Files["model_list.txt"], "news_wizard\nNEWS_wizard\nweb!\n");

        var record = await _scene.RunAsync();

        record.Result.Should().Be(CycleResult.Failed);
        record.Error.Should().Contain("model_list.txt:2: ").And.Contain("model_list.txt:3: ");
        _scene.Epoch().Should().Be(1);
        _scene.Records.ReadLatest()!.Error.Should().Be(record.Error);
        _scene.Store.AllCalls.Should().Be(0);
    }

    [Fact]
    public async Task A_name_that_left_the_list_stays_delivered()
    {
        _scene.Put(Video, TestModels.File(Video, TestModels.Good));
        await _scene.ExportAsync(News, TestModels.Good);
        await File.WriteAllTextAsync(_scene.Files["model_list.txt"], "news_wizard\n");

        var record = await _scene.RunAsync();

        record.Unlisted.Should().Equal("video_wizard");
        _scene.Tip().Models.Keys.Should().BeEquivalentTo([News, Video]);
    }

    [Fact]
    public async Task The_folder_takes_models_in_order_until_it_is_full()
    {
        var size = (await _scene.ExportAsync(News, TestModels.Good)).Length;
        await _scene.ExportAsync(Video, TestModels.Good);
        var maps = TestModels.Linear("maps", seed: 1);
        _scene.Put(ModelName.Parse("maps"), maps);
        var total = maps.Length + (size * 2);

        _scene.Options = _scene.Options with { MaxTotalBytes = total - 1 };
        var record = await _scene.RunAsync();

        record.Models.Select(m => m.Outcome).Should().Equal("Accepted", "Skipped");
        record.Models[1].Reason.Should().Be($"all models together would have {total} bytes; the limit is {total - 1}");
    }

    private static string Sha(byte[] file) => ContentHash.Of(file).Hex;
}
