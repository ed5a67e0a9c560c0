using System.Security.Cryptography;
using System.Text.Json;

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

    [Fact]
    public async Task It_shows_what_it_costs_that_weights_are_published_within_a_bound()
    {
        using var scene = await Scene.DeliveredAsync();
        var before = await scene.JsonAsync("show", Scene.First);
        await File.WriteAllTextAsync(scene["delivery.json"], $$"""{ "update": { "publish": { "models": { "{{Scene.First}}": { "errorBound": 10 } } } } }""");
        await scene.ExportAsync(Scene.First, requestCount: 150);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);

        var after = await scene.JsonAsync("show", Scene.First);
        var text = await scene.RunAsync("show", Scene.First);

        before.GetProperty("publication").ValueKind.Should().Be(JsonValueKind.Null);
        after.GetProperty("weights").GetProperty("norm").GetDouble().Should().Be(before.GetProperty("weights").GetProperty("norm").GetDouble(), "every weight is within the bound");
        after.GetProperty("header").GetProperty("request_count").GetUInt64().Should().Be(150);
        after.GetProperty("publication").GetProperty("kept_weights").GetDouble().Should().Be(1);
        after.GetProperty("publication").GetProperty("max_error").GetDouble().Should().BeInRange(0.001, 2);
        after.GetProperty("card").GetProperty("trained_sha256").GetString().Should().NotBe(after.GetProperty("sha256").GetString());
        text.Output.Should().Contain("published      error bound 10, rounding none: 100.0 % of the weights kept their bits, largest error ");
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
