using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

public sealed class UpdateVerbTests
{
    [Fact]
    public async Task An_update_delivers_what_is_new_and_then_has_nothing_to_do()
    {
        using var scene = await Scene.CreateAsync();

        var first = await scene.RunAsync("update");
        var second = await scene.RunAsync("update");

        (first.ExitCode, second.ExitCode).Should().Be((0, 0), first.Errors + second.Errors);
        first.Output.Should().MatchRegex(@"images_desktop +Accepted +200 ").And.MatchRegex(@"Published: epoch 1, commit [0-9a-f]{8}; 2 accepted; ");
        second.Output.Should().MatchRegex(@"news_touch +Kept .*unchanged").And.Contain("Unchanged: epoch 1, ");
        GitProgram.Run(scene.FastData, "log", "--format=%s").Trim().Should().Be("Deliver 2 models, keep 0, skip 0");
    }

    [Fact]
    public async Task A_dry_run_decides_and_changes_nothing()
    {
        using var scene = await Scene.CreateAsync();

        var record = await scene.JsonAsync("update", "--dry-run");

        record.GetProperty("result").GetString().Should().Be("DryRun");
        record.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("outcome").GetString()).Should().Equal("Accepted", "Accepted");
        Directory.Exists(scene.FastData).Should().BeFalse();
        Directory.Exists(scene["cycles"]).Should().BeFalse();
    }

    [Fact]
    public async Task A_rejected_candidate_is_an_ordinary_result()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, [1, 2, 3]);
        await scene.ExportAsync(Scene.Second, requestCount: 300);

        var result = await scene.RunAsync("update");

        result.ExitCode.Should().Be(0, result.Errors);
        result.Output.Should().MatchRegex(@"news_touch +Rejected .*structure: ").And.Contain("1 accepted, 1 rejected").And.Contain("200 → 300");
    }

    [Fact]
    public async Task A_bad_list_fails_with_1_names_the_line_and_keeps_what_is_live()
    {
        using var scene = await Scene.DeliveredAsync();
        var live = await File.ReadAllTextAsync(scene["fast-data/CURRENT"]);
        await File.WriteAllTextAsync(scene["model_list.txt"], "news_touch\nbad-name\nnews_touch\n");

        var result = await scene.RunAsync("update");

        result.ExitCode.Should().Be(1);
        result.Errors.Should().StartWith("delivery: The cycle failed").And.Contain("model_list.txt:2: ").And.Contain("model_list.txt:3: ");
        (await File.ReadAllTextAsync(scene["fast-data/CURRENT"])).Should().Be(live);
    }

    [Fact]
    public async Task Flags_go_before_the_environment_and_that_before_the_file()
    {
        using var scene = await Scene.CreateAsync();
        await File.WriteAllTextAsync(scene["delivery.json"], """{ "fastData": "of-file", "cycleRecords": "of-file-cycles", "store": "training.db" }""");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DELIVERY_FASTDATA"] = "of-environment", ["DELIVERY_CYCLERECORDS"] = "of-environment-cycles" };

        using var running = DeliveryProcess.Start(scene.Path, environment, "update", "--fast-data", "of-flag");
        var result = await running.EndAsync();

        result.ExitCode.Should().Be(0, result.Errors);
        Directory.GetDirectories(scene.Path).Select(Path.GetFileName).Should().BeEquivalentTo("of-flag", "of-environment-cycles");
    }
}
