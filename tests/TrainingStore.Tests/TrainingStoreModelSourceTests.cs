using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.TrainingStore.Tests;

public sealed class TrainingStoreModelSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly SqliteTrainingStore _store;

    public TrainingStoreModelSourceTests() => _store = SqliteTrainingStore.Open(_folder["training.db"], _time);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_gives_the_exported_model_and_when_it_was_saved()
    {
        var file = TestModels.File(TestModels.News, TestModels.Good);
        await _store.SaveAsync(TestModels.News, 0, new TrainingProgress { State = new byte[] { 1 }, Model = file }, default);

        var found = await new TrainingStoreModelSource(_store).GetAsync(TestModels.News, default);

        found!.File.ToArray().Should().Equal(file);
        found.SavedAt.Should().Be(_time.GetUtcNow());
    }

    [Fact]
    public async Task It_has_none_where_nothing_was_exported()
    {
        await _store.SaveAsync(TestModels.News, 0, new TrainingProgress { State = new byte[] { 1 } }, default);
        var source = new TrainingStoreModelSource(_store);

        (await source.GetAsync(TestModels.News, default)).Should().BeNull();
        (await source.GetAsync(ModelName.Parse("unknown"), default)).Should().BeNull();
    }
}
