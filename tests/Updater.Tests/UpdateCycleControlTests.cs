using System.Text;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.Updater.Records;
using Delivery.Updater.Tests.Support;

namespace Delivery.Updater.Tests;

/// <summary>What a cycle makes of the orders that people gave: pins, freezes, retired models, rollbacks.</summary>
public sealed class UpdateCycleControlTests : IDisposable
{
    private static readonly ModelName News = TestModels.News;
    private static readonly Actor Ann = new("ann", "ann@host");

    private readonly UpdaterScene _scene = new();

    public void Dispose() => _scene.Dispose();

    private FastDataControl Control => new(_scene.Publisher(), _scene.Time);

    [Fact]
    public async Task A_pinned_model_is_kept_and_says_why()
    {
        var good = await DeliverAsync(TestModels.Good, 1000);
        Done(Control.Pin(News, null, Because("known to be good", _scene.Time.GetUtcNow().AddHours(2)), default));
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);

        var record = await _scene.RunAsync();

        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Kept" && m.Reason == "pinned until 2026-01-01 02:00:00Z by ann: known to be good" && m.State == ModelState.Present);
        (record.Result, Live()).Should().Be((CycleResult.Unchanged, ContentHash.Of(good)));
    }

    [Fact]
    public async Task A_pin_that_is_past_holds_nothing_and_goes_with_the_next_delivery()
    {
        await DeliverAsync(TestModels.Good, 1000);
        Done(Control.Pin(News, null, Because("two hours", _scene.Time.GetUtcNow().AddHours(2)), default));
        _scene.Time.Advance(TimeSpan.FromHours(2));

        var idle = await _scene.RunAsync();
        var kept = _scene.Tip().Control.Keys.ToList();
        var next = await DeliverAsync(TestModels.GoodToo, 2000);

        idle.Result.Should().Be(CycleResult.Unchanged, "an order that is past makes no commit of its own");
        kept.Should().Equal(Pins.FileName);
        (_scene.Tip().Control.Count, Live()).Should().Be((0, ContentHash.Of(next)));
    }

    [Fact]
    public async Task What_a_pin_replaced_comes_back_only_through_the_gate()
    {
        var good = await DeliverAsync(TestModels.Good, 1000);
        var first = _scene.Tip().Commit!.Value;
        var bad = TestModels.File(News, TestModels.Bad, 2000);
        await _scene.SaveAsync(News, bad, holdout: 3000);
        _scene.Put(News, bad); // by somebody who knew better
        Done(Control.Pin(News, first, Because("the last good one"), default));
        var pinned = await _scene.RunAsync();
        Done(Control.Unpin(News, Because("it may move on"), default));

        var after = await _scene.RunAsync();

        pinned.Models[0].Reason.Should().StartWith("pinned since ");
        after.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Rejected" && m.Sha256Candidate == ContentHash.Of(bad).Hex && m.Gate!.Verdict == "harm" && m.Gate.Against == "champion");
        Live().Should().Be(ContentHash.Of(good), "the gate compares with what was pinned");
    }

    [Fact]
    public async Task An_unpinned_model_moves_on_to_a_candidate_that_passes_the_gate_against_what_was_pinned()
    {
        await DeliverAsync(TestModels.Good, 1000);
        var first = _scene.Tip().Commit!.Value;
        var next = await DeliverAsync(TestModels.GoodToo, 2000);
        Done(Control.Pin(News, first, Because("a look"), default));
        Done(Control.Unpin(News, Because(null), default));

        var record = await _scene.RunAsync();

        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Accepted" && m.RequestCountBefore == 1000 && m.Gate!.Against == "champion");
        Live().Should().Be(ContentHash.Of(next));
    }

    [Fact]
    public async Task A_pin_that_is_set_while_a_cycle_runs_is_honoured()
    {
        var good = await DeliverAsync(TestModels.Good, 1000);
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        var calls = _scene.Store.Calls(News);
        _scene.Store.Fault = (name, call, _) =>
        {
            if (name == News && call == calls + 2) Done(Control.Pin(News, null, Because("now"), default)); // at the reading of the holdout
            return Task.CompletedTask;
        };

        var record = await _scene.RunAsync();

        record.Models[0].Reason.Should().StartWith("pinned since ");
        (record.Result, Live()).Should().Be((CycleResult.Unchanged, ContentHash.Of(good)));
    }

    [Fact]
    public async Task While_frozen_a_cycle_pulls_nothing_and_says_who_froze_and_why()
    {
        var good = await DeliverAsync(TestModels.Good, 1000);
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        Done(Control.Freeze(Because("sales weekend"), default));
        var calls = _scene.Store.Calls(News);

        var record = await _scene.RunAsync();

        (record.Result, record.Error, record.Models.Count, record.Epoch).Should().Be((CycleResult.Frozen, null, 0, 2));
        record.Freeze.Should().Be(new FreezeReport(_scene.Time.GetUtcNow(), null, "ann <ann@host>", "sales weekend"));
        (_scene.Store.Calls(News), Live()).Should().Be((calls, ContentHash.Of(good)));
        _scene.Records.ReadLatest()!.Should().BeEquivalentTo(record);
    }

    [Fact]
    public async Task A_freeze_that_is_set_while_a_cycle_runs_stops_its_delivery()
    {
        var good = await DeliverAsync(TestModels.Good, 1000);
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);
        var calls = _scene.Store.Calls(News);
        _scene.Store.Fault = (name, call, _) =>
        {
            if (name == News && call == calls + 2) Done(Control.Freeze(Because("stop"), default));
            return Task.CompletedTask;
        };

        var record = await _scene.RunAsync();

        (record.Result, record.Freeze!.Reason, record.Epoch, Live()).Should().Be((CycleResult.Frozen, "stop", 2, ContentHash.Of(good)));
    }

    [Fact]
    public async Task A_freeze_that_is_past_stops_nothing()
    {
        await DeliverAsync(TestModels.Good, 1000);
        Done(Control.Freeze(Because("an hour", _scene.Time.GetUtcNow().AddHours(1)), default));
        _scene.Time.Advance(TimeSpan.FromHours(1));

        var next = await DeliverAsync(TestModels.GoodToo, 2000);

        Live().Should().Be(ContentHash.Of(next));
        _scene.Tip().Control.Should().BeEmpty("what is past goes with the next delivery");
    }

    [Fact]
    public async Task A_freeze_does_not_forget_since_when_a_model_is_missing()
    {
        await DeliverAsync(TestModels.Good, 1000);
        await _scene.Training.DeleteAsync(News, default);
        var gone = await _scene.RunAsync();
        Done(Control.Freeze(Because("an hour", _scene.Time.GetUtcNow().AddHours(1)), default));
        for (var i = 0; i < 101; i++) await _scene.RunAsync();
        _scene.Time.Advance(TimeSpan.FromHours(1));

        var after = await _scene.RunAsync();

        after.Models[0].MissingSince.Should().NotBeNull().And.Be(gone.Models[0].MissingSince);
    }

    [Fact]
    public async Task A_retired_model_is_skipped_though_it_is_listed_and_the_store_has_it()
    {
        await DeliverAsync(TestModels.Good, 1000);
        Done(Control.Retire(News, Because("the wizard is gone"), default));
        await _scene.ExportAsync(News, TestModels.GoodToo, 2000);

        var record = await _scene.RunAsync();

        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Skipped" && m.Reason == "retired since 2026-01-01 00:00:00Z by ann: the wizard is gone" && m.State == ModelState.Retired);
        (record.Result, _scene.Live()!.Models.Count).Should().Be((CycleResult.Unchanged, 0));
    }

    [Fact]
    public async Task A_model_that_is_retired_no_more_is_delivered_as_a_new_one()
    {
        await DeliverAsync(TestModels.Good, 1000);
        Done(Control.Retire(News, Because("for a day", _scene.Time.GetUtcNow().AddDays(1)), default));
        await _scene.RunAsync();
        _scene.Time.Advance(TimeSpan.FromDays(1));

        var record = await _scene.RunAsync();

        record.Models[0].Should().Match<ModelReport>(m => m.Outcome == "Accepted" && m.Reason == "first delivery" && m.State == ModelState.Present);
        _scene.Tip().Control.Should().BeEmpty();
    }

    [Fact]
    public async Task What_was_rolled_back_does_not_return_and_newer_content_does()
    {
        var good = await DeliverAsync(TestModels.Good, 1000);
        await DeliverAsync(TestModels.GoodToo, 2000);
        Done(Control.Rollback(News, new VersionTarget.Steps(1), Because("clicks fell"), default));

        var record = await _scene.RunAsync();
        var held = Live();
        var newer = await DeliverAsync(TestModels.GoodToo, 3000);

        record.Models[0].Reason.Should().StartWith("quarantined: rolled back to ").And.EndWith(" by ann: clicks fell");
        (record.Result, held).Should().Be((CycleResult.Unchanged, ContentHash.Of(good)));
        Live().Should().Be(ContentHash.Of(newer));
    }

    [Fact]
    public async Task A_model_that_a_rollback_of_all_removed_does_not_return()
    {
        await DeliverAsync(TestModels.Good, 1000);
        await _scene.ExportAsync(TestModels.Video, TestModels.Good);
        await _scene.RunAsync();
        Done(Control.Rollback(null, new VersionTarget.Steps(1), Because("video broke the page"), default));

        var record = await _scene.RunAsync();

        record.Models[1].Should().Match<ModelReport>(m => m.Outcome == "Skipped" && m.Reason.StartsWith("quarantined: rolled back to "));
        _scene.Live()!.Models.Select(model => model.Name).Should().Equal(News);
    }

    [Fact]
    public async Task A_model_has_one_of_four_states()
    {
        await File.WriteAllTextAsync(_scene.Options.ModelListPath, "gone\nnever\nnews_wizard\nvideo_wizard\n");
        await _scene.ExportAsync(ModelName.Parse("gone"), TestModels.Good);
        await _scene.ExportAsync(TestModels.Video, TestModels.Good);
        await DeliverAsync(TestModels.Good, 1000);
        await _scene.Training.DeleteAsync(ModelName.Parse("gone"), default);
        Done(Control.Retire(TestModels.Video, Because("gone for good"), default));

        var record = await _scene.RunAsync();

        record.Models.Select(model => (model.Name, model.State)).Should().Equal(
            ("gone", ModelState.Missing), ("never", ModelState.NeverSeen), ("news_wizard", ModelState.Present), ("video_wizard", ModelState.Retired));
    }

    [Fact]
    public async Task A_damaged_order_stops_the_cycle_and_is_named()
    {
        await DeliverAsync(TestModels.Good, 1000);
        _scene.Publish(new Publication
        {
            ExpectedTip = _scene.Tip().Commit, Message = "by hand", Control = new Dictionary<string, ReadOnlyMemory<byte>?> { [Pins.FileName] = Encoding.UTF8.GetBytes("[{ \"name\": \"news_wizard\" }]") },
        });

        var record = await _scene.RunAsync();

        record.Should().Match<CycleRecord>(r => r.Result == CycleResult.Failed && r.Error!.StartsWith("control/pins.json of commit ") && r.Error.EndsWith("entry 1, field 'sha256': it is missing."));
    }

    private async Task<byte[]> DeliverAsync(float[] weights, ulong requests)
    {
        var file = await _scene.ExportAsync(News, weights, requests);
        (await _scene.RunAsync()).Result.Should().Be(CycleResult.Published);
        return file;
    }

    private ContentHash Live() => _scene.Live()!.Models.Single(model => model.Name == News).Content;

    private static ControlRequest Because(string? reason, DateTimeOffset? until = null) => new(Ann, reason, until);

    private static void Done(ControlOutcome outcome) => outcome.Should().BeOfType<ControlOutcome.Done>();
}
