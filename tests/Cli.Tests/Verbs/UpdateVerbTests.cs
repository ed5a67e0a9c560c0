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
        second.Output.Should().StartWith("2 unchanged").And.Contain("Unchanged: epoch 1, ").And.NotContain("news_touch", "what did not change has no row");
        GitProgram.Run(scene.FastData, "log", "--format=%s").Trim().Should().Be("Deliver 2 models, keep 0, skip 0");
    }

    [Fact]
    public async Task A_list_without_a_model_is_named_since_that_is_where_to_write()
    {
        using var scene = await Scene.CreateAsync();
        await File.WriteAllTextAsync(scene["model_list.txt"], "# nothing yet\n");

        var result = await scene.RunAsync("update");

        result.Output.Should().StartWith($"Unchanged: nothing delivered yet; no model is listed in {scene["model_list.txt"]}; ");
    }

    [Fact]
    public async Task Only_what_changed_or_could_not_be_had_has_a_row_but_the_JSON_has_all()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, requestCount: 500);
        await File.AppendAllTextAsync(scene["model_list.txt"], "not_there\n");

        var text = await scene.RunAsync("update", "--dry-run");
        var record = await scene.JsonAsync("update", "--dry-run");

        text.Output.Should().MatchRegex("news_touch +Accepted").And.MatchRegex("not_there +Skipped").And.Contain("1 unchanged").And.NotContain(Scene.Second);
        record.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()).Should().Equal(Scene.Second, Scene.First, "not_there");
    }

    [Fact]
    public async Task Of_many_unlisted_models_some_are_named_and_all_are_counted()
    {
        using var scene = await Scene.CreateAsync();
        string[] names = [.. Enumerable.Range(1, 7).Select(i => $"old_{i}")];
        foreach (var name in names) await scene.ExportAsync(name, requestCount: 100);
        await File.WriteAllLinesAsync(scene["model_list.txt"], names);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);
        await File.WriteAllTextAsync(scene["model_list.txt"], Scene.First + "\n");

        var result = await scene.RunAsync("update");

        result.Output.Should().Contain("so left as they are: 7 (old_1, old_2, old_3, old_4, old_5 and 2 more)");
    }

    [Fact]
    public async Task A_list_that_is_a_folder_is_told_as_one()
    {
        using var scene = await Scene.CreateAsync();

        var result = await scene.RunAsync("update", "--model-list", ".");

        result.ExitCode.Should().Be(1);
        result.Errors.Should().EndWith($"{scene.Path}: is a folder; a file was expected.\n".ReplaceLineEndings());
    }

    [Fact]
    public async Task Damage_of_the_folder_is_told_without_the_names_of_classes()
    {
        using var scene = await Scene.DeliveredAsync();
        await File.WriteAllTextAsync(scene["fast-data/CURRENT"], "no pointer\n");

        var status = await scene.RunAsync("status");
        var update = await scene.RunAsync("update", "--fast-data", "model_list.txt");

        (status.ExitCode, update.ExitCode).Should().Be((1, 1));
        (update.Output + update.Errors + status.Output + status.Errors).Should().NotContain("Exception");
        status.Errors.Should().Contain("CURRENT");
        update.Errors.Should().StartWith("delivery: The cycle failed, nothing was delivered:").And.Contain("model_list.txt");
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
