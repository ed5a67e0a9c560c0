namespace Delivery.Cli.Tests.Verbs;

public sealed class StoreVerbTests
{
    [Fact]
    public async Task The_list_has_every_model_of_the_store()
    {
        using var scene = await Scene.CreateAsync();

        var list = await scene.JsonAsync("store", "list");
        var text = await scene.RunAsync("store", "list");

        list.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()).Should().Equal(Scene.Second, Scene.First);
        list.GetProperty("models")[0].GetProperty("state_bytes").GetInt32().Should().Be(3);
        text.Output.Should().MatchRegex("news_touch +1 +3 B ").And.Contain("2 models, ");
    }

    [Fact]
    public async Task A_model_is_described_and_written_whole()
    {
        using var scene = await Scene.CreateAsync();

        var report = await scene.JsonAsync("store", "get", Scene.First, "--out", "model.pb");

        report.GetProperty("header").GetProperty("request_count").GetUInt64().Should().Be(100);
        report.GetProperty("written_to").GetString().Should().Be(scene["model.pb"]);
        (await File.ReadAllBytesAsync(scene["model.pb"])).Should().Equal(TestKit.TestModels.Linear(Scene.First, seed: 100, requestCount: 100));
    }

    [Fact]
    public async Task A_damaged_export_is_described_as_such()
    {
        using var scene = await Scene.CreateAsync();
        await scene.ExportAsync(Scene.First, [1, 2, 3]);

        var report = await scene.JsonAsync("store", "get", Scene.First);

        report.GetProperty("problem").GetString().Should().NotBeNullOrEmpty();
        report.GetProperty("version").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_an_error_with_the_nearest_name()
    {
        using var scene = await Scene.CreateAsync();

        var result = await scene.RunAsync("store", "get", "news_tuch");

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().Contain("did you mean 'news_touch'?");
    }

    [Theory]
    [InlineData("nowhere/model.pb", "there is no folder")]
    [InlineData(".", "which is a folder; a file was expected")]
    public async Task A_place_where_no_file_can_be_written_is_named(string output, string message)
    {
        using var scene = await Scene.CreateAsync();

        var result = await scene.RunAsync("store", "get", Scene.First, "--out", output);

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().StartWith($"delivery: --out is '{output}', ").And.Contain(message);
        Directory.Exists(scene["nowhere"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_file_that_is_no_store_is_left_alone()
    {
        using var scene = await Scene.CreateAsync();
        await File.WriteAllTextAsync(scene["other.db"], new string('x', 5000));

        var result = await scene.RunAsync("store", "list", "--store", "other.db");

        result.ExitCode.Should().Be(1);
        result.Errors.Should().Contain(scene["other.db"]).And.NotContain("   at ").And.Contain("(SQLite Error 26: 'file is not a database')");
        (await File.ReadAllTextAsync(scene["other.db"])).Should().HaveLength(5000);
    }
}
