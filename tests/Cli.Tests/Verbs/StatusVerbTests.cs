using System.Text.Json;

namespace Delivery.Cli.Tests.Verbs;

public sealed class StatusVerbTests
{
    [Fact]
    public async Task It_tells_what_is_live_what_is_missing_and_what_is_in_quarantine()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, [1, 2, 3]);
        await DeleteAsync(scene, Scene.Second);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);

        var status = await scene.JsonAsync("status");
        var text = await scene.RunAsync("status");

        status.GetProperty("epoch").GetInt64().Should().Be(2);
        status.GetProperty("commit").GetString().Should().Be(TestKit.GitProgram.Run(scene.FastData, "rev-parse", "main").Trim());
        status.GetProperty("model_count").GetInt32().Should().Be(2);
        status.GetProperty("models")[0].GetProperty("request_count").GetUInt64().Should().Be(200);
        status.GetProperty("last_cycle").GetProperty("outcomes").ToString().Should().Match("*\"Kept\": 1*\"Rejected\": 1*");
        status.GetProperty("quarantine")[0].GetProperty("name").GetString().Should().Be(Scene.First);
        status.GetProperty("missing")[0].GetProperty("name").GetString().Should().Be(Scene.Second);
        status.GetProperty("problems").GetArrayLength().Should().Be(0);
        status.GetProperty("pending_commit").ValueKind.Should().Be(JsonValueKind.Null, "a value that is not there is null, so that the shape never varies");
        status.GetProperty("folder_bytes").GetInt64().Should().BeGreaterThan(status.GetProperty("repository_bytes").GetInt64());
        text.Output.Should().Contain("live             epoch 2").And.MatchRegex(@"\r?\n\r?\nIn quarantine").And.MatchRegex(@"\r?\n\r?\nMissing from the training store");
    }

    [Fact]
    public async Task Failed_cycles_in_a_row_are_counted()
    {
        using var scene = await Scene.DeliveredAsync();
        await File.WriteAllTextAsync(scene["model_list.txt"], "bad-name\n");
        await scene.RunAsync("update");
        await scene.RunAsync("update");

        var status = await scene.JsonAsync("status");

        status.GetProperty("consecutive_failures").GetInt32().Should().Be(2);
        status.GetProperty("last_cycle").GetProperty("error").GetString().Should().Contain("model_list.txt:1: ");
        status.GetProperty("epoch").GetInt64().Should().Be(1, "what is live stays live");
    }

    [Fact]
    public async Task A_damaged_live_file_is_a_problem_and_no_crash()
    {
        using var scene = await Scene.DeliveredAsync();
        var path = Directory.GetFiles(scene["fast-data/models"], "news_touch.*").Single();
        File.SetAttributes(path, FileAttributes.Normal);
        await File.WriteAllTextAsync(path, "no model");

        var status = await scene.JsonAsync("status");

        status.GetProperty("problems").EnumerateArray().Should().ContainSingle().Which.GetString().Should().Contain(path).And.Contain("SHA-256");
    }

    private static async Task DeleteAsync(Scene scene, string name)
    {
        using var store = TrainingStore.Sqlite.SqliteTrainingStore.Open(scene["training.db"], TimeProvider.System);
        await store.DeleteAsync(Models.ModelName.Parse(name), default);
    }
}
