using System.Runtime.CompilerServices;
using Delivery.Models.Formats;
using Delivery.Models.Wire;
using Delivery.TestKit;
using Delivery.Training.Settings;
using Delivery.Training.Trainers;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.Training.Tests;

public sealed class TrainingRunTests : IDisposable
{
    private static readonly TrainModel Settings = Sample.Settings;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly SqliteTrainingStore _store;

    public TrainingRunTests() => _store = SqliteTrainingStore.Open(_folder["store.db"], _time);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_run_saves_state_model_and_holdout_together()
    {
        var items = Sample.Items(1, 230);
        var result = await Run(_store, items, saveEvery: 100);
        (result.Items, result.Saves, result.Conflicts, result.WasReset).Should().Be((230L, 3, 0, false));

        var model = await _store.GetModelAsync(Settings.Name, None);
        var header = ModelLayout.Read(model!.File.Span).Header;
        (header.RequestCount, header.BatchCount).Should().Be((230UL, result.Report.BatchCount));
        header.TrainedUntil.Should().Be(items[^1].EventTime);
        var holdout = await _store.ReadHoldoutAsync(Settings.Name, None);
        holdout.Should().Equal(items.Where(i => RequestHash.Fraction(RequestHash.Of(i.RequestId)) < 0.1)).And.HaveCount((int)result.Report.Counts[ItemFate.HeldOut]);
    }

    [Fact]
    public async Task A_day_replayed_leaves_weights_counts_and_holdout_as_they_were()
    {
        var items = Sample.Items(2, 500);
        var first = await Run(_store, items);
        var (model, holdout) = (await Model(), await _store.ReadHoldoutAsync(Settings.Name, None));
        var again = await Run(_store, items);
        (await Model()).Should().Equal(model);
        (await _store.ReadHoldoutAsync(Settings.Name, None)).Should().Equal(holdout);
        (again.Report.RequestCount, again.Report.BatchCount).Should().Be((first.Report.RequestCount, first.Report.BatchCount));
        again.Report.Counts[ItemFate.Duplicate].Should().Be(500);
    }

    [Fact]
    public async Task The_same_log_gives_the_same_model_however_often_it_is_saved()
    {
        var items = Sample.Items(3, 321);
        using var other = SqliteTrainingStore.Open(_folder["other.db"], _time);
        await Run(_store, items, saveEvery: 7);
        await Run(other, items, saveEvery: 1_000);
        (await other.GetModelAsync(Settings.Name, None))!.File.ToArray().Should().Equal(await Model());
        (await other.LoadStateAsync(Settings.Name, None))!.State.ToArray().Should().Equal((await _store.LoadStateAsync(Settings.Name, None))!.State.ToArray());
    }

    [Fact]
    public async Task A_run_that_was_cut_short_goes_on_from_its_last_save()
    {
        var items = Sample.Items(4, 300);
        using var stop = new CancellationTokenSource();
        var run = () => new TrainingRun(_store, Settings, new() { SaveEvery = 64 }).RunAsync(Until(items, 200, stop), stop.Token);
        await run.Should().ThrowAsync<OperationCanceledException>();
        var saved = TrainState.Parser.ParseFrom((await _store.LoadStateAsync(Settings.Name, None))!.State.Span);
        saved.RequestCount.Should().Be(192);

        await Run(_store, items);
        using var other = SqliteTrainingStore.Open(_folder["other.db"], _time);
        await Run(other, items);
        (await other.GetModelAsync(Settings.Name, None))!.File.ToArray().Should().Equal(await Model());
        (await other.ReadHoldoutAsync(Settings.Name, None)).Should().Equal(await _store.ReadHoldoutAsync(Settings.Name, None));
    }

    [Fact]
    public async Task A_run_that_lost_a_race_repeats_on_the_newer_state_and_learns_nothing_twice()
    {
        var items = Sample.Items(5, 400);
        var result = await new TrainingRun(_store, Settings, new() { SaveEvery = 50 }).RunAsync(Interrupted(items, 120, () => Run(_store, items[..150])), None);
        (result.Conflicts, result.Items, result.Report.RequestCount).Should().Be((1, 400L, 400UL));

        using var other = SqliteTrainingStore.Open(_folder["other.db"], _time);
        await Run(other, items);
        (await other.GetModelAsync(Settings.Name, None))!.File.ToArray().Should().Equal(await Model());
        (await other.ReadHoldoutAsync(Settings.Name, None)).Should().Equal(await _store.ReadHoldoutAsync(Settings.Name, None));
    }

    [Fact]
    public async Task Losing_too_often_ends_the_run_with_a_clear_error()
    {
        var items = Sample.Items(5, 400);
        var run = () => new TrainingRun(_store, Settings, new() { SaveEvery = 50, MaxConflicts = 0 }).RunAsync(Interrupted(items, 120, () => Run(_store, items[..150])), None);
        await run.Should().ThrowAsync<TrainingConflictException>().WithMessage("*'news'*trained twice?");
    }

    [Fact]
    public async Task Another_model_version_starts_anew_drops_the_holdout_and_keeps_the_exported_model_until_there_is_a_new_one()
    {
        await Run(_store, Sample.Items(6, 300));
        var old = await Model();
        var changed = Settings with { ModelVersion = 1 };

        var reset = await Run(_store, [], settings: changed);
        (reset.WasReset, reset.Saves, reset.Report.RequestCount).Should().Be((true, 1, 0UL));
        (await _store.ReadHoldoutAsync(Settings.Name, None)).Should().BeEmpty();
        (await Model()).Should().Equal(old);

        var next = await Run(_store, Sample.Items(6, 300), settings: changed);
        (next.WasReset, next.Report.RequestCount).Should().Be((false, 300UL));
        ModelLayout.Read(await Model()).Header.ModelVersion.Should().Be(1);
    }

    [Fact]
    public async Task No_items_save_nothing()
    {
        (await Run(_store, [])).Saves.Should().Be(0);
        (await _store.LoadStateAsync(Settings.Name, None)).Should().BeNull();
    }

    [Fact]
    public async Task Before_the_first_step_there_is_a_state_but_no_model()
    {
        await Run(_store, Sample.Items(7, 3));
        (await _store.LoadStateAsync(Settings.Name, None)).Should().NotBeNull();
        (await _store.GetModelAsync(Settings.Name, None)).Should().BeNull();
    }

    [Fact]
    public async Task A_damaged_state_is_refused_and_stays_as_it_is()
    {
        await _store.SaveAsync(Settings.Name, 0, new() { State = new byte[] { 1, 2, 3 } }, None);
        var run = () => Run(_store, Sample.Items(7, 30));
        await run.Should().ThrowAsync<InvalidDataException>().WithMessage("*'news'*");
        (await _store.LoadStateAsync(Settings.Name, None))!.State.ToArray().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Bad_settings_and_options_are_refused()
    {
        ((Action)(() => _ = new TrainingRun(_store, Settings with { BatchSize = 0 }))).Should().Throw<InvalidTrainModelException>();
        ((Action)(() => _ = new TrainingRun(_store, Settings, new() { SaveEvery = 0 }))).Should().Throw<ArgumentException>();
        ((Action)(() => _ = new TrainingRun(_store, Settings, new() { MaxConflicts = -1 }))).Should().Throw<ArgumentException>();
    }

    private static Task<TrainingRunResult> Run(ITrainingStore store, PoolItem[] items, int saveEvery = 1_000, TrainModel? settings = null) =>
        new TrainingRun(store, settings ?? Settings, new() { SaveEvery = saveEvery }).RunAsync(items, None);

    private async Task<byte[]> Model() => (await _store.GetModelAsync(Settings.Name, None))!.File.ToArray();

    private static async IAsyncEnumerable<PoolItem> Until(PoolItem[] items, int count, CancellationTokenSource stop, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var item in items.Take(count)) yield return item;
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static async IAsyncEnumerable<PoolItem> Interrupted(PoolItem[] items, int at, Func<Task> interruption)
    {
        for (var i = 0; i < items.Length; i++)
        {
            if (i == at) await interruption();
            yield return items[i];
        }
    }
}
