using System.Text.Json;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

public sealed class FollowVerbTests
{
    private const int Terminate = 15;

    [SkippableFact]
    public async Task It_waits_for_a_folder_tells_each_generation_and_ends_with_a_line_when_told()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var folder = new TemporaryFolder();
        using var follow = DeliveryProcess.Start(folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "follow", "--decide", "--json");
        var waiting = Parse(await follow.LineWithAsync("\"waiting\""));

        var builder = new FolderBuilder(folder["fast-data"]).With("a", FolderBuilder.Choosing("a", 1));
        builder.Publish();
        var first = Parse(await follow.LineWithAsync("\"applied\""));
        var second = builder.With("b", FolderBuilder.Choosing("b", 2)).Publish();
        var applied = Parse(await follow.LineWithAsync("\"applied\""));
        follow.Signal(Terminate);
        var result = await follow.EndAsync();

        waiting.GetProperty("folder").GetString().Should().Be(folder["fast-data"]);
        first.GetProperty("epoch").GetInt64().Should().Be(1);
        applied.GetProperty("epoch").GetInt64().Should().Be(2);
        applied.GetProperty("commit").GetString().Should().Be(second.Commit.Hex);
        applied.GetProperty("models").GetInt32().Should().Be(2);
        var end = Parse(result.Output.Trim().Split('\n')[^1]);
        (result.ExitCode, result.Errors).Should().Be((0, ""));
        end.GetProperty("event").GetString().Should().Be("end");
        end.GetProperty("failed").GetInt64().Should().Be(0, end.GetProperty("first_failure").GetString());
        end.GetProperty("decisions").GetInt64().Should().BePositive();
        (end.GetProperty("epoch").GetInt64(), end.GetProperty("reloads").GetInt64()).Should().Be((2L, 2L));
        end.GetProperty("epochs_seen").GetInt32().Should().BeInRange(1, 2, "a busy machine may not have decided before the second came");
    }

    [Fact]
    public async Task It_ends_at_the_epoch_asked_for()
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync("follow", "--until-epoch", "1", "--decide");

        result.ExitCode.Should().Be(0, result.Errors);
        result.Output.Should().MatchRegex(@"epoch 1, commit [0-9a-f]{8}, 2 models").And.Contain("on 1 generation; 0 failed");
    }

    [Fact]
    public async Task Its_last_line_counts_reloads_and_failed_attempts_apart()
    {
        using var scene = await Scene.DeliveredAsync();
        using var damaged = new TemporaryFolder();
        Directory.CreateDirectory(damaged["fast-data"]);
        await File.WriteAllTextAsync(damaged["fast-data/CURRENT"], "no pointer\n");

        var well = await scene.RunAsync("follow", "--seconds", "1");
        var badly = await DeliveryProcess.RunAsync(damaged.Path, "follow", "--seconds", "1");

        well.Output.TrimEnd().Should().EndWith("end: epoch 1, 1 reload");
        badly.Output.TrimEnd().Should().MatchRegex(@"end: epoch 0, 0 reloads, \d+ failed attempts?$");
    }

    [Fact]
    public async Task An_epoch_that_does_not_come_in_time_is_a_failure()
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path, "follow", "--until-epoch", "1", "--seconds", "0.2", "--json");

        result.ExitCode.Should().Be(1);
        result.Output.Trim().Split('\n').Select(line => Parse(line).GetProperty("event").GetString()).Should().Equal("waiting", "end");
    }

    [Fact]
    public async Task A_decision_that_no_model_makes_is_counted_and_fails_the_run()
    {
        using var folder = new TemporaryFolder();
        new FolderBuilder(folder["fast-data"]).With("a", FolderBuilder.Linear("a", 2, 64, (_, f) => f % 2 == 0 ? 3e38f : -3e38f)).Publish();

        var result = await DeliveryProcess.RunAsync(folder.Path, "follow", "--until-epoch", "1", "--decide", "--json");

        result.ExitCode.Should().Be(1);
        var end = Parse(result.Output.Trim().Split('\n')[^1]);
        end.GetProperty("failed").GetInt64().Should().BePositive("sums of such weights overflow");
        end.GetProperty("first_failure").GetString().Should().Contain("a at epoch 1: no model decided: NotFinite");
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement.Clone();
}
