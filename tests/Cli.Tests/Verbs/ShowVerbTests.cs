using System.Security.Cryptography;

namespace Delivery.Cli.Tests.Verbs;

public sealed class ShowVerbTests
{
    [Fact]
    public async Task It_shows_what_is_live_and_what_was_delivered_at_an_older_commit()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, requestCount: 150);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);
        await scene.ExportAsync(Scene.Second, requestCount: 250);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);

        var live = await scene.JsonAsync("show", Scene.First);
        var older = await scene.JsonAsync("show", $"{Scene.First}@main~2");
        var text = await scene.RunAsync("show", Scene.First);

        live.GetProperty("header").GetProperty("request_count").GetUInt64().Should().Be(150);
        live.GetProperty("delivered_by").GetProperty("epoch").GetInt64().Should().Be(2, "the third generation changed the other model only");
        live.GetProperty("sha256").GetString().Should().Be(LiveHash(scene));
        live.GetProperty("gate").GetProperty("verdict").GetString().Should().Be("undecided");
        live.GetProperty("card").GetProperty("request_count").GetUInt64().Should().Be(150);
        live.GetProperty("weights").GetProperty("count").GetInt64().Should().Be(3 * 5, "the zeros that pad the rows are none");
        live.GetProperty("weights").GetProperty("max").GetDouble().Should().BeInRange(0, 1);
        older.GetProperty("header").GetProperty("request_count").GetUInt64().Should().Be(100);
        older.GetProperty("delivered_by").GetProperty("epoch").GetInt64().Should().Be(1);
        text.Output.Should().Contain("3 classes × 5 features").And.Contain("requests       150 processed, ").And.Contain("delivered by   epoch 2, commit ").And.Contain("weights        norm ");
    }

    [Theory]
    [InlineData("news_tuch", "did you mean 'news_touch'?")]
    [InlineData("news_touch@deadbeef", "'deadbeef'")]
    [InlineData("news_touch@main~9", "'main~9'")]
    public async Task A_model_or_commit_that_is_not_there_is_an_error(string wanted, string named)
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync("show", wanted);

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().Contain(named).And.NotContain("   at ");
    }

    private static string LiveHash(Scene scene)
    {
        var path = Directory.GetFiles(scene["fast-data/models"], $"{Scene.First}.*").MaxBy(File.GetLastWriteTimeUtc)!;
        return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
    }
}
