using System.Buffers.Binary;
using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.TestKit;

namespace Delivery.TrainingStore.Tests;

/// <summary>What every training store promises. A store's own test class derives from it and says how one is opened.</summary>
public abstract class TrainingStoreContract
{
    protected static readonly ModelName News = ModelName.Parse("news_wizard");
    protected static readonly ModelName Video = ModelName.Parse("video_wizard");

    protected ManualTime Time { get; } = new();

    /// <summary>One more independent instance over the same data; the derived class closes it.</summary>
    protected abstract ITrainingStore Open();

    [Fact]
    public async Task An_unknown_name_has_nothing()
    {
        var store = Open();

        (await store.GetModelAsync(News, default)).Should().BeNull();
        (await store.LoadStateAsync(News, default)).Should().BeNull();
        (await store.ReadHoldoutAsync(News, default)).Should().BeEmpty();
        (await store.ListAsync(default)).Should().BeEmpty();
        (await store.DeleteAsync(News, default)).Should().BeFalse();
    }

    [Fact]
    public async Task What_was_saved_is_read_by_another_instance()
    {
        var saved = await Open().SaveAsync(News, 0, new TrainingProgress { State = new byte[] { 1, 2 }, Model = new byte[] { 3 }, NewHoldout = Items(0, 2) }, default);

        var store = Open();
        var version = saved.Should().BeOfType<SaveOutcome.Saved>().Which.Version;
        version.Should().BeGreaterThan(0);
        var state = await store.LoadStateAsync(News, default);
        state!.State.ToArray().Should().Equal(1, 2);
        state.Version.Should().Be(version);
        state.SavedAt.Should().Be(Time.GetUtcNow());
        var model = await store.GetModelAsync(News, default);
        model!.File.ToArray().Should().Equal(3);
        model.Version.Should().Be(version);
        model.SavedAt.Should().Be(Time.GetUtcNow());
        (await store.ReadHoldoutAsync(News, default)).Should().Equal(Items(0, 2));
    }

    [Fact]
    public async Task A_save_without_a_model_leaves_the_exported_one_and_its_age()
    {
        var store = Open();
        var first = await SaveAsync(store, 0, new TrainingProgress { State = new byte[1], Model = new byte[] { 9 } });
        var savedAt = Time.GetUtcNow();
        Time.Advance(TimeSpan.FromMinutes(5));

        var second = await SaveAsync(store, first, new TrainingProgress { State = new byte[2] });

        var model = await store.GetModelAsync(News, default);
        model!.File.ToArray().Should().Equal(9);
        model.Version.Should().Be(first).And.BeLessThan(second);
        model.SavedAt.Should().Be(savedAt);
        (await store.ListAsync(default)).Should().ContainSingle().Which.Should().Be(
            new StoreEntry(News, second, StateBytes: 2, ModelBytes: 1, HoldoutBytes: 0, HoldoutItems: 0, Time.GetUtcNow(), savedAt));
    }

    [Fact]
    public async Task A_save_over_a_version_that_was_not_loaded_changes_nothing()
    {
        var (mine, theirs) = (Open(), Open());
        var version = await SaveAsync(mine, 0, new TrainingProgress { State = new byte[] { 1 }, Model = new byte[] { 1 }, NewHoldout = Items(0, 1) });
        var newer = await SaveAsync(theirs, version, new TrainingProgress { State = new byte[] { 2 } });

        var outcome = await mine.SaveAsync(
            News, version, new TrainingProgress { State = new byte[] { 3 }, Model = new byte[] { 3 }, NewHoldout = Items(1, 1), ClearHoldout = true }, default);

        outcome.Should().Be(new SaveOutcome.Conflict(version, newer));
        (await theirs.LoadStateAsync(News, default))!.State.ToArray().Should().Equal(2);
        (await theirs.GetModelAsync(News, default))!.File.ToArray().Should().Equal(1);
        (await theirs.ReadHoldoutAsync(News, default)).Should().Equal(Items(0, 1));
    }

    [Fact]
    public async Task Only_one_of_two_first_saves_wins()
    {
        var version = await SaveAsync(Open(), 0, new TrainingProgress { State = new byte[] { 1 } });

        (await Open().SaveAsync(News, 0, new TrainingProgress { State = new byte[] { 2 } }, default)).Should().Be(new SaveOutcome.Conflict(0, version));
        (await Open().SaveAsync(Video, 7, new TrainingProgress { State = new byte[] { 2 } }, default)).Should().Be(new SaveOutcome.Conflict(7, 0), "nothing can have version 7 of it");
    }

    [Fact]
    public async Task Eight_threads_over_two_instances_lose_no_increment()
    {
        ITrainingStore[] stores = [Open(), Open()];
        const int threads = 8, increments = 100;

        await Task.WhenAll(Enumerable.Range(0, threads).Select(t => Task.Run(() => CounterAsync(stores[t % 2], News, increments))));

        BinaryPrimitives.ReadInt32LittleEndian((await Open().LoadStateAsync(News, default))!.State.Span).Should().Be(threads * increments);
        (await Open().ReadHoldoutAsync(News, default)).Select(i => i.RequestId).Should().Equal(
            Enumerable.Range(1, threads * increments).Select(i => $"r{i:d8}"), "an item is saved with the state that produced it");
    }

    [Fact]
    public async Task Names_do_not_touch_each_other()
    {
        var store = Open();
        await SaveAsync(store, 0, new TrainingProgress { State = new byte[] { 1 }, Model = new byte[] { 1 }, NewHoldout = Items(0, 3) });
        await store.SaveAsync(Video, 0, new TrainingProgress { State = new byte[] { 2 }, NewHoldout = Items(5, 1) }, default);

        (await store.DeleteAsync(News, default)).Should().BeTrue();

        (await store.LoadStateAsync(News, default)).Should().BeNull();
        (await store.GetModelAsync(News, default)).Should().BeNull();
        (await store.ReadHoldoutAsync(News, default)).Should().BeEmpty();
        (await store.ListAsync(default)).Should().ContainSingle().Which.Name.Should().Be(Video);
        (await store.ReadHoldoutAsync(Video, default)).Should().Equal(Items(5, 1));
    }

    [Fact]
    public async Task A_trainer_that_held_a_deleted_state_cannot_overwrite_its_successor()
    {
        var store = Open();
        var held = await SaveAsync(store, 0, new TrainingProgress { State = new byte[] { 1 } });
        await store.DeleteAsync(News, default);
        var successor = await SaveAsync(store, 0, new TrainingProgress { State = new byte[] { 2 } });

        var outcome = await store.SaveAsync(News, held, new TrainingProgress { State = new byte[] { 3 } }, default);

        outcome.Should().Be(new SaveOutcome.Conflict(held, successor));
    }

    [Fact]
    public async Task The_list_is_ordered_by_name_and_counts_what_is_kept()
    {
        var store = Open();
        foreach (var name in new[] { "b", "a_2", "B", "a" })
        {
            await store.SaveAsync(ModelName.Parse(name), 0, new TrainingProgress { State = new byte[3], NewHoldout = Items(0, 4) }, default);
        }

        var list = await store.ListAsync(default);

        list.Select(e => e.Name.Value).Should().Equal("B", "a", "a_2", "b");
        list.Should().OnlyContain(e => e.StateBytes == 3 && e.ModelBytes == 0 && e.ModelSavedAt == null && e.HoldoutItems == 4 && e.HoldoutBytes > 0);
    }

    [Fact]
    public async Task A_state_over_the_limit_is_refused_and_one_at_the_limit_is_kept()
    {
        var store = Open();
        var version = await SaveAsync(store, 0, new TrainingProgress { State = new byte[TrainingStoreLimits.MaxStateBytes] });

        var save = async () => await store.SaveAsync(News, version, new TrainingProgress { State = new byte[TrainingStoreLimits.MaxStateBytes + 1] }, default);

        (await save.Should().ThrowAsync<StateTooLargeException>()).WithMessage("*'news_wizard' has 16777217 bytes; the limit is 16777216 bytes*");
        (await store.LoadStateAsync(News, default))!.Version.Should().Be(version);
    }

    [Fact]
    public async Task The_holdout_keeps_the_newest_items_within_its_limit()
    {
        var store = Open();
        var version = 0L;
        var written = 0;
        while (written < 2200) // 5 KiB each: about 11 MiB
        {
            version = await SaveAsync(store, version, new TrainingProgress { State = new byte[1], NewHoldout = Items(written, 100, features: 1250) });
            written += 100;
        }

        var kept = await store.ReadHoldoutAsync(News, default);
        var entry = (await store.ListAsync(default)).Single();

        entry.HoldoutBytes.Should().BeInRange(TrainingStoreLimits.MaxHoldoutBytes - (256 << 10), TrainingStoreLimits.MaxHoldoutBytes);
        entry.HoldoutItems.Should().Be(kept.Count);
        kept.Should().Equal(Items(written - kept.Count, kept.Count, features: 1250));
    }

    [Fact]
    public async Task One_save_larger_than_the_whole_ring_keeps_its_end()
    {
        var store = Open();
        await SaveAsync(store, 0, new TrainingProgress { State = new byte[1], NewHoldout = Items(0, 2200, features: 1250) });

        var kept = await store.ReadHoldoutAsync(News, default);

        kept.Should().Equal(Items(2200 - kept.Count, kept.Count, features: 1250));
        (await store.ListAsync(default)).Single().HoldoutBytes.Should().BeLessThanOrEqualTo(TrainingStoreLimits.MaxHoldoutBytes);
    }

    [Fact]
    public async Task An_item_over_the_limit_of_the_ring_is_refused()
    {
        var store = Open();

        var save = async () => await store.SaveAsync(News, 0, new TrainingProgress { State = new byte[1], NewHoldout = Items(0, 1, features: 2_200_000) }, default);

        (await save.Should().ThrowAsync<ArgumentException>()).WithMessage("Holdout item 0 ('r00000000') of model 'news_wizard'*");
        (await store.LoadStateAsync(News, default)).Should().BeNull();
    }

    [Fact]
    public async Task Clearing_the_holdout_drops_the_old_items_only()
    {
        var store = Open();
        var version = await SaveAsync(store, 0, new TrainingProgress { State = new byte[1], NewHoldout = Items(0, 5) });

        await SaveAsync(store, version, new TrainingProgress { State = new byte[1], NewHoldout = Items(5, 2), ClearHoldout = true });

        (await store.ReadHoldoutAsync(News, default)).Should().Equal(Items(5, 2));
    }

    [Fact]
    public async Task A_cancelled_save_saves_nothing()
    {
        var store = Open();

        var save = async () => await store.SaveAsync(News, 0, new TrainingProgress { State = new byte[1] }, new CancellationToken(canceled: true));

        await save.Should().ThrowAsync<OperationCanceledException>();
        (await store.ListAsync(default)).Should().BeEmpty();
    }

    /// <summary>Adds 1 to the number in the state, with one holdout item and a model for each, as often as asked; conflicts are repeated.</summary>
    internal static async Task CounterAsync(ITrainingStore store, ModelName name, int increments, Action<int>? saved = null)
    {
        for (var done = 0; done < increments;)
        {
            var state = await store.LoadStateAsync(name, default);
            var next = state is null ? 1 : BinaryPrimitives.ReadInt32LittleEndian(state.State.Span) + 1;
            var bytes = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, next);
            var outcome = await store.SaveAsync(name, state?.Version ?? 0, new TrainingProgress { State = bytes, Model = bytes, NewHoldout = Items(next, 1) }, default);
            if (outcome is not SaveOutcome.Saved) continue;
            done++;
            saved?.Invoke(next);
        }
    }

    /// <summary>Items that differ in everything a merge of chunks could confuse.</summary>
    protected static List<PoolItem> Items(int first, int count, int features = 3) => [.. Enumerable.Range(first, count).Select(i => new PoolItem
    {
        Model = News.Value,
        RequestId = $"r{i:d8}",
        Features = { Enumerable.Range(0, features).Select(f => (float)(i + f)) },
        Shown = (uint)(i % 3),
        Propensity = 0.25,
        Reward = i % 2 == 0 ? -1 : 0.5,
    })];

    private static async Task<long> SaveAsync(ITrainingStore store, long expected, TrainingProgress progress) =>
        (await store.SaveAsync(News, expected, progress, default)).Should().BeOfType<SaveOutcome.Saved>().Which.Version;
}
