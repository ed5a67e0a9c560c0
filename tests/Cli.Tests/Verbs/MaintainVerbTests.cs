using System.Globalization;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

public sealed class MaintainVerbTests
{
    [Fact]
    public async Task It_moves_old_weights_shows_them_through_the_cold_side_and_names_the_month_without_it()
    {
        using var scene = await ThreeGenerationsAsync();
        var old = GitProgram.Run(scene.FastData, "rev-parse", "main~2").Trim();
        var replaced = long.Parse(GitProgram.Run(scene.FastData, "log", "-1", "--format=%ct", "main~1"), CultureInfo.InvariantCulture);
        var month = DateTimeOffset.FromUnixTimeSeconds(replaced).ToString("yyyy-MM", CultureInfo.InvariantCulture);

        var dry = await scene.JsonAsync("maintain", "--keep-weights", "0s", "--dry-run");
        var moved = await scene.JsonAsync("maintain", "--keep-weights", "0s");
        var text = await scene.RunAsync("maintain");

        dry.GetProperty("weights_moved").GetInt32().Should().BeGreaterThan(0);
        dry.GetProperty("dry_run").GetBoolean().Should().BeTrue();
        moved.GetProperty("weights_moved").GetInt32().Should().Be(dry.GetProperty("weights_moved").GetInt32());
        moved.GetProperty("bytes_moved").GetInt64().Should().Be(dry.GetProperty("bytes_moved").GetInt64());
        moved.GetProperty("months")[0].GetString().Should().Be(month);
        text.Output.Should().MatchRegex("moved +nothing").And.MatchRegex("hot +. packs? of");
        (await scene.RunAsync("show", $"{Scene.First}@{old}")).ExitCode.Should().Be(0);
        (await scene.JsonAsync("status")).GetProperty("cold_bytes").GetInt64().Should().BePositive();

        Directory.Move(scene["fast-data-cold"], scene["archive"]);
        var show = await scene.RunAsync("show", $"{Scene.First}@{old}");
        var status = await scene.RunAsync("status");
        show.ExitCode.Should().Be(1);
        show.Errors.Should().Contain($"its month {month} is not there").And.Contain(Path.Combine(scene["fast-data-cold"], month, "objects"));
        status.Output.Should().MatchRegex("cold side +.*is away");
        (await scene.RunAsync("history", Scene.First)).ExitCode.Should().Be(0);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task Where_there_is_no_folder_it_says_so_and_makes_none()
    {
        using var scene = await Scene.CreateAsync();

        var result = await scene.RunAsync("maintain");

        result.ExitCode.Should().Be(1);
        result.Errors.Should().Contain("There is no fast-data folder");
        Directory.Exists(scene.FastData).Should().BeFalse();
    }

    [Fact]
    public async Task A_time_that_is_none_is_a_mistake_of_usage()
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync("maintain", "--keep-weights", "soon");

        result.ExitCode.Should().Be(2);
        result.Errors.Should().Contain("--keep-weights").And.Contain("'soon'").And.Contain("\"7d\"");
    }

    private static async Task<Scene> ThreeGenerationsAsync()
    {
        var scene = await Scene.DeliveredAsync();
        foreach (var count in new ulong[] { 300, 400 })
        {
            await scene.ExportAsync(Scene.First, requestCount: count);
            (await scene.RunAsync("update")).ExitCode.Should().Be(0);
        }
        // What was replaced this second is not older than nothing.
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        return scene;
    }
}
