using Delivery.Cli.Demo;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.TestKit;
using Delivery.Training;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.Cli.Tests.Demo;

public sealed class DamagedCandidatesTests : IDisposable
{
    private static readonly DemoPlan Plan = DemoPlan.Make(DemoData.Load(ShippedData.Locate()), testCount: 2, cycles: 3);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_broken_model_is_refused_by_readers_and_the_next_export_is_sound()
    {
        using var store = SqliteTrainingStore.Open(_folder["training.db"], TimeProvider.System);
        var model = Plan.Models[0];
        var run = new TrainingRun(store, model.Settings);
        await run.RunAsync(model.Log().Take(500), default);

        await DamagedCandidates.BreakAsync(store, model.Name, default);

        var damaged = await Read(store, model.Name);
        var read = () => ModelLayout.Read(damaged);
        read.Should().Throw<InvalidModelException>().WithMessage("*NaN*");
        await run.RunAsync(model.Log().Skip(500).Take(500), default);
        ModelLayout.Read(await Read(store, model.Name)).Header.RequestCount.Should().Be(1000, "damaging an export costs no learning");
    }

    [Fact]
    public async Task A_reversed_model_is_valid_and_has_every_weight_with_the_other_sign()
    {
        using var store = SqliteTrainingStore.Open(_folder["training.db"], TimeProvider.System);
        var model = Plan.Models[0];
        await new TrainingRun(store, model.Settings).RunAsync(model.Log().Take(500), default);
        var before = await Read(store, model.Name);

        await DamagedCandidates.ReverseAsync(store, model.Name, default);

        var after = await Read(store, model.Name);
        ModelLayout.Read(after).Header.Should().Be(ModelLayout.Read(before).Header);
        Weights(before).Should().Contain(weight => weight != 0);
        Weights(after).Should().Equal(Weights(before).Select(weight => -weight));
    }

    private static async Task<byte[]> Read(SqliteTrainingStore store, ModelName name) => (await store.GetModelAsync(name, default))!.File.ToArray();

    private static float[] Weights(byte[] file) => ModelLayout.Read(file).Tensors[0].Floats(file).ToArray();
}
