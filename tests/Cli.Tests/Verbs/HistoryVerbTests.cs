namespace Delivery.Cli.Tests.Verbs;

public sealed class HistoryVerbTests
{
    [Fact]
    public async Task Generations_come_newest_first_for_all_models_or_for_one()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, requestCount: 150);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);

        var all = await scene.JsonAsync("history");
        var one = await scene.JsonAsync("history", Scene.Second);
        var newest = await scene.JsonAsync("history", "-n", "1");
        var text = await scene.RunAsync("history", Scene.First);

        Epochs(all).Should().Equal(2, 1);
        all.GetProperty("generations")[0].GetProperty("models").EnumerateArray().Select(model => model.GetString()).Should().Equal(Scene.First);
        Epochs(one).Should().Equal(1);
        Epochs(newest).Should().Equal(2);
        newest.GetProperty("more").GetBoolean().Should().BeTrue();
        text.Output.Should().MatchRegex(@"    2  [0-9a-f]{8}  .*Z  Delivery  100 -> 150 requests, ").And.MatchRegex("    1  .* new, 100 requests, ");
    }

    [Fact]
    public async Task A_model_without_a_history_is_an_error()
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync("history", "nobody");

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().Contain("'nobody'");
    }

    private static IEnumerable<long> Epochs(System.Text.Json.JsonElement report) =>
        report.GetProperty("generations").EnumerateArray().Select(generation => generation.GetProperty("epoch").GetInt64());
}
