using Delivery.FastData;
using Delivery.FastData.Git.Control;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.Updater.Records;
using Delivery.Updater.Tests.Support;

namespace Delivery.Updater.Tests;

/// <summary>What a cycle leaves in the folder, also when others are in its way and when the disk fails.</summary>
public sealed class UpdateCycleDeliveryTests : IDisposable
{
    private static readonly ModelName News = TestModels.News;

    private readonly UpdaterScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_delivery_stands_in_git_and_before_readers()
    {
        var file = await _scene.ExportAsync(News, TestModels.Good);

        var record = await _scene.RunAsync();

        var folder = _scene.Folder;
        GitProgram.FsckStrict(folder);
        GitProgram.Run(folder, "log", "-1", "--format=%B").TrimEnd().Should().Be(
            $"""
            Deliver 1 model, keep 0, skip 1

            news_wizard: new, 1000 requests, {ContentHash.Of(file).Hex[..8]}

            Cycle: {record.Cycle}
            Outcome: news_wizard Accepted first delivery
            Outcome: video_wizard Skipped missing from the training store
            Epoch: 1
            """.ReplaceLineEndings("\n"));
        GitProgram.Run(folder, "log", "-1", "--format=%(trailers:key=Outcome,valueonly)").Should().StartWith("news_wizard Accepted first delivery\n");
        var card = ModelCard.Parse(GitProgram.Run(folder, "show", "main:models/news_wizard.json"));
        card.Source.Should().Be(new CardSource("test-store", 1, _scene.Time.GetUtcNow()));
        (card.Gate.Reason, card.Sha256, card.RequestCount).Should().Be(("first delivery", ContentHash.Of(file).Hex, 1000));
        var live = _scene.Live()!;
        (live.Epoch, live.Commit.Hex).Should().Be((record.Epoch, record.Commit!));
        (await File.ReadAllBytesAsync(_scene.Layout.ModelPath(live.Models.Single()))).Should().Equal(file);
    }

    [Fact]
    public async Task A_rejection_is_committed_with_its_reason()
    {
        await _scene.SaveAsync(News, "no model"u8.ToArray());

        var record = await _scene.RunAsync();

        var folder = _scene.Folder;
        GitProgram.FsckStrict(folder);
        GitProgram.Run(folder, "log", "-1", "--format=%s").TrimEnd().Should().Be("Deliver 0 models, keep 0, skip 1, reject 1");
        GitProgram.Run(folder, "show", "main:control/quarantine.json").Should().Contain(record.Models[0].Reason).And.Contain(record.Models[0].Sha256Candidate);
        _scene.Live()!.Models.Should().BeEmpty();
    }

    [Fact]
    public async Task A_rejection_keeps_what_is_in_quarantine_already()
    {
        await _scene.SaveAsync(News, "no model"u8.ToArray());
        await _scene.RunAsync();
        await _scene.SaveAsync(TestModels.Video, "no model either"u8.ToArray());

        await _scene.RunAsync();

        Quarantine.Read(_scene.Tip()).Select(rejected => rejected.Name).Should().Equal(News, TestModels.Video);
    }

    [Fact]
    public async Task A_lost_race_decides_anew_on_what_was_pulled()
    {
        await _scene.ExportAsync(News, TestModels.Good, 1000);
        _scene.Store.Fault = (name, call, _) =>
        {
            if (name == News && call == 1) _scene.Put(News, TestModels.File(News, TestModels.Good, 5000)); // the other updater is ahead
            return Task.CompletedTask;
        };

        var record = await _scene.RunAsync();

        record.Models[0].Outcome.Should().Be("Rejected");
        record.Models[0].Reason.Should().Contain("request_count fell from 5000 to 1000");
        _scene.Store.Calls(News).Should().Be(2, "the model was pulled once, and the holdout read for the first decision");
        GitProgram.Run(_scene.Folder, "log", "--format=%s").Should().Be("Deliver 0 models, keep 0, skip 1, reject 1\nAnother updater\n");
    }

    [Fact]
    public async Task A_race_lost_again_and_again_ends_the_cycle_with_an_error()
    {
        await _scene.ExportAsync(News, TestModels.Good);
        var maps = ModelName.Parse("maps");
        _scene.Store.Fault = (name, call, _) =>
        {
            if (name == News && call > 1) _scene.Put(maps, TestModels.Linear("maps", seed: call)); // at each reading of the holdout
            return Task.CompletedTask;
        };

        var record = await _scene.RunAsync();

        record.Result.Should().Be(CycleResult.Failed);
        record.Error.Should().Be($"lost 4 races to other updaters; the folder is at {_scene.Tip().Commit}");
        _scene.Epoch().Should().Be(4);
        _scene.Live()!.Models.Select(model => model.Name).Should().Equal(maps);
    }

    [Fact]
    public async Task A_folder_that_gets_busy_leaves_a_record_with_the_outcomes()
    {
        await _scene.ExportAsync(News, TestModels.Good);
        _scene.LockTimeout = TimeSpan.FromMilliseconds(200);
        IDisposable? held = null;
        _scene.Store.Fault = (name, call, _) =>
        {
            if (name == News && call == 1) held = Hold();
            return Task.CompletedTask;
        };

        var busy = await _scene.RunAsync();

        busy.Should().Match<CycleRecord>(r => r.Result == CycleResult.Failed && r.Models.Count == 2 && r.Models[0].Outcome == "Accepted");
        busy.Error.Should().StartWith($"the folder is busy: {_scene.Layout.Lock}: ");
        held!.Dispose();
        _scene.LockTimeout = UpdaterScene.Patience;
        (await _scene.RunAsync()).Result.Should().Be(CycleResult.Published, "the next cycle does it");
    }

    [Fact]
    public async Task A_folder_that_is_busy_from_the_start_ends_the_cycle_before_anything_is_pulled()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        using var held = Hold();
        _scene.LockTimeout = TimeSpan.FromMilliseconds(200);

        var record = await _scene.RunAsync();

        record.Should().Match<CycleRecord>(r => r.Result == CycleResult.Failed && r.Error!.StartsWith(_scene.Layout.Lock) && !r.Error.Contains("Exception"));
        _scene.Store.AllCalls.Should().Be(0);
    }

    [Theory]
    [InlineData(Fault.Fail)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    public async Task A_cycle_that_dies_at_any_step_keeps_what_is_live_and_the_next_one_does_it(Fault fault)
    {
        var prior = TestModels.File(News, TestModels.Good);
        var candidate = ContentHash.Of(await _scene.ExportAsync(News, TestModels.GoodToo, 2000));
        var steps = await StepsAsync();
        steps.Should().BeGreaterThan(10);
        for (var at = 1; at <= steps; at++)
        {
            UseFolder($"{fault}-{at}");
            _scene.Put(News, prior);
            var disk = new FaultyDisk(at, fault);

            var record = await _scene.RunAsync(disk);

            disk.Happened.Should().BeTrue("there are {0} steps", steps);
            var live = _scene.Live()!.Models.Single().Content;
            live.Should().BeOneOf([ContentHash.Of(prior), candidate], "it failed at step {0}", at);
            if (record.Result == CycleResult.Published) live.Should().Be(candidate, "step {0} failed behind the delivery", at);
            else record.Should().Match<CycleRecord>(r => r.Result == CycleResult.Failed && r.Error != null);

            (await _scene.RunAsync()).Result.Should().BeOneOf(CycleResult.Published, CycleResult.Unchanged);
            (_scene.Epoch(), _scene.Live()!.Models.Single().Content).Should().Be((2, candidate));
            GitProgram.FsckStrict(_scene.Folder);
        }

        async Task<int> StepsAsync()
        {
            UseFolder("counting");
            _scene.Put(News, prior);
            var disk = new FaultyDisk(at: 0, fault);
            (await _scene.RunAsync(disk)).Result.Should().Be(CycleResult.Published);
            return disk.Operations;
        }
    }

    [Fact]
    public async Task A_delivery_that_the_disk_refuses_leaves_a_record_with_the_outcomes()
    {
        await _scene.ExportAsync(News, TestModels.Good);
        var disk = new FaultyDisk(at: 1, Fault.Fail);

        var record = await _scene.RunAsync(disk);

        disk.Happened.Should().BeTrue("a folder that is not there yet is made by the delivery");
        record.Should().Match<CycleRecord>(r => r.Result == CycleResult.Failed && r.Models[0].Outcome == "Accepted");
        record.Error.Should().StartWith("the delivery failed: No space left on device: mkdir ");
    }

    [Fact]
    public async Task What_goes_wrong_behind_a_delivery_is_a_warning()
    {
        _scene.Put(News, TestModels.File(News, TestModels.Good));
        _scene.BreakRetirement();
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);

        var record = await _scene.RunAsync();

        record.Should().Match<CycleRecord>(r => r.Result == CycleResult.Published && r.Epoch == 2 && r.Error == null);
        record.Warning.Should().StartWith("Old live files could not be removed: ").And.Contain("0-00000000.json");
        _scene.Epoch().Should().Be(2);
        _scene.Records.ReadLatest()!.Warning.Should().Be(record.Warning);
    }

    [Fact]
    public async Task A_dry_run_decides_and_leaves_no_trace()
    {
        await _scene.ExportAsync(News, TestModels.Good);

        var record = await _scene.Cycle().RunAsync(dryRun: true, default);

        record.Should().Match<CycleRecord>(r => r.Result == CycleResult.DryRun && r.Models[0].Outcome == "Accepted");
        Directory.Exists(_scene.Folder).Should().BeFalse();
        _scene.Records.ReadLatest().Should().BeNull();
    }

    [Fact]
    public async Task A_cycle_that_is_told_to_stop_delivers_nothing_and_says_so()
    {
        await _scene.ExportAsync(News, TestModels.Good);
        using var stop = new CancellationTokenSource();
        _scene.Store.Fault = async (_, _, token) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
        };

        var record = await _scene.Cycle().RunAsync(dryRun: false, stop.Token);

        record.Result.Should().Be(CycleResult.Stopped);
        _scene.Epoch().Should().Be(0);
        _scene.Records.ReadLatest()!.Result.Should().Be(CycleResult.Stopped);
    }

    private IDisposable Hold()
    {
        Directory.CreateDirectory(_scene.Layout.Root);
        return UpdaterScene.Hold(_scene.Layout.Lock);
    }

    private void UseFolder(string name) => _scene.Folder = _scene.Files[name];
}
