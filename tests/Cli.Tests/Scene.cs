using System.Text.Json;
using Delivery.Models;
using Delivery.TestKit;
using Delivery.TrainingStore;
using Delivery.TrainingStore.Sqlite;

namespace Delivery.Cli.Tests;

/// <summary>A folder with a real store, a list of two models and a <c>delivery.json</c>, as a user would have it.</summary>
internal sealed class Scene : IDisposable
{
    public const string First = "news_touch", Second = "images_desktop";

    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public string FastData => this["fast-data"];

    public string this[string name] => _folder[name];

    /// <summary>A store with both models, and the list of both.</summary>
    public static async Task<Scene> CreateAsync()
    {
        var scene = new Scene();
        await File.WriteAllTextAsync(scene["model_list.txt"], $"{First}\n{Second} # the other one\n");
        await File.WriteAllTextAsync(scene["delivery.json"], "{ \"update\": { \"period\": \"7d\" }, } // all else by default\n");
        await scene.ExportAsync(First, requestCount: 100);
        await scene.ExportAsync(Second, requestCount: 200);
        return scene;
    }

    /// <summary>The same, with both models delivered by a real cycle.</summary>
    public static async Task<Scene> DeliveredAsync()
    {
        var scene = await CreateAsync();
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);
        return scene;
    }

    /// <summary>Exports a model whose weights follow from its request count.</summary>
    public Task ExportAsync(string name, ulong requestCount) => ExportAsync(name, TestModels.Linear(name, seed: (int)requestCount, requestCount: requestCount));

    /// <summary>Exports whatever bytes.</summary>
    public async Task ExportAsync(string name, byte[] file)
    {
        using var store = SqliteTrainingStore.Open(this["training.db"], TimeProvider.System);
        var key = ModelName.Parse(name);
        var version = (await store.LoadStateAsync(key, default))?.Version ?? 0;
        var outcome = await store.SaveAsync(key, version, new TrainingProgress { State = new byte[] { 1, 2, 3 }, Model = file }, default);
        outcome.Should().BeOfType<SaveOutcome.Saved>();
    }

    public Task<DeliveryProcess.Result> RunAsync(params string[] arguments) => DeliveryProcess.RunAsync(Path, arguments);

    /// <summary>Runs a verb that must end well and gives the JSON that it wrote.</summary>
    public async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await RunAsync([.. arguments, "--json"]);
        result.ExitCode.Should().Be(0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement.Clone();
    }

    public void Dispose() => _folder.Dispose();
}
