using System.Buffers.Binary;
using Delivery.TestKit;
using Delivery.TrainingStore.Sqlite;
using Microsoft.Data.Sqlite;

namespace Delivery.TrainingStore.Tests.Sqlite;

public sealed class SqliteTrainingStoreTests : TrainingStoreContract, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<SqliteTrainingStore> _open = [];

    private string Path => _folder["store.db"];

    public void Dispose()
    {
        _open.ForEach(store => store.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public void A_missing_folder_is_made()
    {
        using var store = SqliteTrainingStore.Open(_folder["a/b/store.db"], Time);

        File.Exists(_folder["a/b/store.db"]).Should().BeTrue();
    }

    [Fact]
    public void The_file_is_durable_by_its_settings_and_says_whose_it_is()
    {
        Open();

        Query("PRAGMA journal_mode").Should().Be("wal");
        Query("PRAGMA user_version").Should().Be(1L);
        Query("PRAGMA application_id").Should().Be(0x444C5653L);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused_and_left_alone()
    {
        var text = string.Join('\n', Enumerable.Repeat("these are my notes", 300));
        File.WriteAllText(Path, text);

        var open = () => SqliteTrainingStore.Open(Path, Time);

        open.Should().Throw<TrainingStoreException>().WithMessage($"*'{Path}' is not a SQLite database*");
        File.ReadAllText(Path).Should().Be(text);
    }

    [Fact]
    public void A_database_of_something_else_is_refused_and_left_alone()
    {
        Query("CREATE TABLE cookies(name TEXT)");

        var open = () => SqliteTrainingStore.Open(Path, Time);

        open.Should().Throw<TrainingStoreException>().WithMessage("*database of something else*");
        Query("SELECT count(*) FROM sqlite_schema").Should().Be(1L);
    }

    [Fact]
    public void A_newer_schema_is_refused()
    {
        Open();
        Query("PRAGMA user_version = 2");

        var open = () => SqliteTrainingStore.Open(Path, Time);

        open.Should().Throw<TrainingStoreException>().WithMessage("*has schema 2; this version reads up to 1*");
    }

    [Theory]
    [InlineData("/proc/store.db")] // no file can be made there, not even by root
    [InlineData("/proc/folder/store.db")]
    public void A_folder_that_cannot_be_written_is_named(string path)
    {
        if (OperatingSystem.IsWindows()) path = _folder.Path; // a folder where a file is wanted

        var open = () => SqliteTrainingStore.Open(path, Time);

        open.Should().Throw<TrainingStoreException>().Which.Message.Should().Contain(path);
    }

    [Fact]
    public async Task A_lock_held_too_long_ends_in_a_clear_error_and_readers_do_not_mind()
    {
        var store = SqliteTrainingStore.Open(Path, Time, TimeSpan.FromSeconds(1));
        _open.Add(store);
        using var other = new SqliteConnection($"Data Source={Path};Pooling=False");
        await other.OpenAsync();
        await using var transaction = other.BeginTransaction(deferred: false);

        var save = async () => await store.SaveAsync(News, 0, new TrainingProgress { State = new byte[1] }, default);

        (await save.Should().ThrowAsync<TrainingStoreException>()).WithMessage("*stayed locked by another writer*");
        (await store.ListAsync(default)).Should().BeEmpty();
    }

    [Fact]
    public async Task An_entry_that_somebody_else_wrote_is_told_apart_from_a_store_that_fails()
    {
        var store = Open();
        await store.SaveAsync(News, 0, new TrainingProgress { State = new byte[1], Model = new byte[] { 1 } }, default);
        Query("UPDATE model SET saved_at = 'yesterday'");

        var read = async () => await store.GetModelAsync(News, default);

        (await read.Should().ThrowAsync<TrainingStoreException>()).Which.Should().Match<TrainingStoreException>(e => e.IsOfOneEntry && e.Message.Contains("yesterday"));
    }

    [Theory]
    [InlineData("data = substr(data, 1, length(data) - 1)", "it has * bytes where * were saved")]
    [InlineData("data = zeroblob(length(data))", "it does not parse*")]
    [InlineData("items = items + 1", "it holds 2 items where 3 were saved")]
    public async Task A_damaged_chunk_is_named(string damage, string expected)
    {
        var store = Open();
        var saved = (SaveOutcome.Saved)await store.SaveAsync(News, 0, new TrainingProgress { State = new byte[1], NewHoldout = Items(0, 2) }, default);
        await store.SaveAsync(News, saved.Version, new TrainingProgress { State = new byte[1], NewHoldout = Items(2, 1, features: 20_000) }, default);
        Query($"UPDATE holdout SET {damage} WHERE chunk = 0");

        var read = async () => await store.ReadHoldoutAsync(News, default);

        (await read.Should().ThrowAsync<TrainingStoreException>()).WithMessage($"*holdout of model 'news_wizard'*damaged at chunk 0: {expected}*");
    }

    [Fact]
    public async Task Small_appends_do_not_multiply_rows()
    {
        var store = Open();
        var version = 0L;
        for (var i = 0; i < 200; i++)
        {
            version = ((SaveOutcome.Saved)await store.SaveAsync(News, version, new TrainingProgress { State = new byte[1], NewHoldout = Items(i, 1, features: 250) }, default)).Version;
        }

        Query("SELECT count(*) FROM holdout").Should().Be(4L, "200 items of about 1 KiB fill three chunks of 64 KiB and begin a fourth");
        Query("SELECT max(length(data)) <= 65536 AND max(bytes = length(data)) FROM holdout").Should().Be(1L);
        (await store.ReadHoldoutAsync(News, default)).Should().Equal(Items(0, 200, features: 250));
    }

    [Fact]
    public async Task Two_processes_lose_no_increment()
    {
        const int increments = 60;
        using var first = WriterProcess.Start(Path, increments);
        using var second = WriterProcess.Start(Path, increments);
        var output = await Task.WhenAll(first.StandardOutput.ReadToEndAsync(), second.StandardOutput.ReadToEndAsync());
        await Task.WhenAll(first.WaitForExitAsync(), second.WaitForExitAsync());

        (first.ExitCode, second.ExitCode).Should().Be((0, 0), string.Concat(output));
        BinaryPrimitives.ReadInt32LittleEndian((await Open().LoadStateAsync(News, default))!.State.Span).Should().Be(2 * increments);
    }

    [Fact]
    public async Task A_killed_writer_leaves_state_model_and_holdout_of_one_save_and_loses_none_that_it_reported()
    {
        const int seed = 20260101;
        var random = new Random(seed);
        for (var round = 0; round < 6; round++)
        {
            using var writer = WriterProcess.Start(Path, int.MaxValue);
            var reported = 0;
            var killAfter = random.Next(1, 60);
            for (var line = 0; line < killAfter; line++) reported = int.Parse((await writer.StandardOutput.ReadLineAsync())!);
            writer.Kill();
            await writer.WaitForExitAsync();

            var store = Open();
            var state = BinaryPrimitives.ReadInt32LittleEndian((await store.LoadStateAsync(News, default))!.State.Span);
            state.Should().BeGreaterThanOrEqualTo(reported, $"seed {seed}, round {round}");
            BinaryPrimitives.ReadInt32LittleEndian((await store.GetModelAsync(News, default))!.File.Span).Should().Be(state);
            (await store.ReadHoldoutAsync(News, default)).Should().Equal(Items(1, state), $"seed {seed}, round {round}");
            Query("PRAGMA integrity_check").Should().Be("ok");
        }
    }

    protected override ITrainingStore Open()
    {
        var store = SqliteTrainingStore.Open(Path, Time, WriterProcess.Patience);
        _open.Add(store);
        return store;
    }

    private object? Query(string text)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are those of this file
        command.CommandText = text;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
