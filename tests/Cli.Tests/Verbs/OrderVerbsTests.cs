using System.Text.Json;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

/// <summary>The verbs that order something: rollback, pin, unpin, freeze, thaw, retire, unretire.</summary>
public sealed class OrderVerbsTests
{
    [Fact]
    public async Task A_rollback_says_what_it_did_and_what_comes_next()
    {
        using var scene = await TwiceDeliveredAsync();
        var first = Git(scene, "rev-parse", "main~1");

        var result = await scene.RunAsync("rollback", Scene.First, "--steps", "1", "--reason", "clicks\nfell");

        result.ExitCode.Should().Be(0, result.Errors);
        result.Output.Should().StartWith($"Rolled '{Scene.First}' back to commit {first[..8]}: epoch 3, commit {Git(scene, "rev-parse", "main")[..8]}.")
            .And.Contain("What was rolled back from is in quarantine.").And.Contain($"The next cycle may deliver new content; to hold it: delivery pin {Scene.First} --reason TEXT");
        Git(scene, "log", "-1", "--format=%an|%s|%b").Should().StartWith($"{Environment.UserName}|Roll back {Scene.First} to {first[..8]}|Reason: clicks fell\n");
        var update = await scene.JsonAsync("update");
        update.GetProperty("result").GetString().Should().Be("Unchanged", "what was rolled back does not return");
        GitProgram.FsckStrict(scene.FastData);
    }

    [Fact]
    public async Task A_rollback_of_all_is_told_as_json()
    {
        using var scene = await TwiceDeliveredAsync();
        var first = Git(scene, "rev-parse", "main~1");
        var before = TimeProvider.System.GetUtcNow();

        var report = await scene.JsonAsync("rollback", "--all", "--to", first[..10], "--until", "2h", "--reason", "bad");
        var status = await scene.JsonAsync("status");

        report.EnumerateObject().Select(field => field.Name).Should().Equal("action", "model", "epoch", "commit", "target", "reason", "until", "moved", "notes", "warning");
        (report.GetProperty("action").GetString(), report.GetProperty("model").ValueKind, report.GetProperty("target").GetString()).Should().Be(("rollback", JsonValueKind.Null, first));
        report.GetProperty("until").GetDateTimeOffset().Should().BeOnOrAfter(before.AddHours(2)).And.BeBefore(TimeProvider.System.GetUtcNow().AddHours(2).AddSeconds(2));
        report.GetProperty("moved").EnumerateArray().Single().GetProperty("name").GetString().Should().Be(Scene.First);
        status.GetProperty("pins").GetArrayLength().Should().Be(2);
        Git(scene, "rev-parse", "main:models").Should().Be(Git(scene, "rev-parse", $"{first}:models"));
    }

    [Fact]
    public async Task A_pinned_model_stays_until_it_is_unpinned()
    {
        using var scene = await Scene.DeliveredAsync();

        var pinned = await scene.RunAsync("pin", Scene.First, "--until", "2999-01-01", "--reason", "known to be good");
        await scene.ExportAsync(Scene.First, requestCount: 300);
        var update = await scene.JsonAsync("update");
        var status = await scene.JsonAsync("status");
        var text = await scene.RunAsync("status");
        var unpinned = await scene.RunAsync("unpin", Scene.First);
        var after = await scene.JsonAsync("update");

        pinned.Output.Should().StartWith($"Pinned '{Scene.First}' at what is live: epoch 2, commit ").And.Contain("No cycle delivers anything else of it until 2999-01-01 00:00:00Z");
        Reason(update).Should().Be($"pinned until 2999-01-01 00:00:00Z by {Environment.UserName}: known to be good");
        status.GetProperty("pins")[0].EnumerateObject().Select(field => field.Name).Should().Equal("name", "sha256", "commit", "since", "until", "actor", "reason");
        text.Output.Should().MatchRegex($@"\r?\nPinned, so kept at a version \(1\):\r?\n.*\r?\n{Scene.First} .*known to be good");
        unpinned.Output.Should().StartWith($"Unpinned '{Scene.First}': epoch 3, commit ").And.Contain("the next cycle tests what the store then has");
        after.GetProperty("result").GetString().Should().Be("Published");
    }

    [Fact]
    public async Task A_pin_to_a_commit_moves_the_model()
    {
        using var scene = await TwiceDeliveredAsync();
        var first = Git(scene, "rev-parse", "main~1");

        var result = await scene.JsonAsync("pin", Scene.First, "--to", "main~1", "--reason", "the last good one");

        (result.GetProperty("action").GetString(), result.GetProperty("target").GetString(), result.GetProperty("moved").GetArrayLength()).Should().Be(("pin", first, 1));
        Git(scene, "rev-parse", $"main:models/{Scene.First}.pb").Should().Be(Git(scene, "rev-parse", $"{first}:models/{Scene.First}.pb"));
    }

    [Fact]
    public async Task A_freeze_stops_updates_and_orders_until_the_thaw()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, requestCount: 300);

        var frozen = await scene.RunAsync("freeze", "--reason", "sales weekend");
        var update = await scene.RunAsync("update");
        var record = await scene.JsonAsync("update");
        var refused = await scene.RunAsync("pin", Scene.First, "--reason", "hold");
        var status = await scene.JsonAsync("status");
        var text = await scene.RunAsync("status");
        var thawed = await scene.JsonAsync("thaw", "--reason", "over");
        var after = await scene.JsonAsync("update");

        frozen.Output.Should().StartWith("Froze delivery: epoch 2, commit ").And.Contain("Nothing is published until: delivery thaw");
        (update.ExitCode, update.Errors).Should().Be((0, ""));
        update.Output.Should().MatchRegex($"^Delivery is frozen since .* by {Environment.UserName} <.*>: sales weekend").And.Contain("Nothing was delivered. 'delivery thaw' ends the freeze.").And.Contain("Frozen: epoch 2");
        (record.GetProperty("result").GetString(), record.GetProperty("freeze").GetProperty("reason").GetString()).Should().Be(("Frozen", "sales weekend"));
        refused.ExitCode.Should().Be(1);
        refused.Errors.Should().StartWith("delivery: Delivery is frozen since ").And.Contain("Nothing was changed. 'delivery thaw' ends the freeze.");
        status.GetProperty("freeze").EnumerateObject().Select(field => field.Name).Should().Equal("since", "until", "actor", "reason");
        text.Output.Should().MatchRegex(@"\r?\nfrozen +since .*sales weekend");
        (thawed.GetProperty("action").GetString(), thawed.GetProperty("epoch").GetInt64()).Should().Be(("thaw", 3));
        after.GetProperty("result").GetString().Should().Be("Published");
    }

    [Fact]
    public async Task A_retired_model_is_delivered_again_only_when_it_is_unretired()
    {
        using var scene = await Scene.DeliveredAsync();

        var retired = await scene.RunAsync("retire", Scene.First, "--reason", "the wizard is gone");
        var update = await scene.JsonAsync("update");
        var status = await scene.JsonAsync("status");
        var text = await scene.RunAsync("status");
        var unretired = await scene.RunAsync("unretire", Scene.First);
        var after = await scene.JsonAsync("update");

        retired.Output.Should().StartWith($"Retired '{Scene.First}': epoch 2, commit ").And.Contain("not delivered").And.Contain($"No cycle delivers it until: delivery unretire {Scene.First}");
        Reason(update).Should().StartWith("retired since ").And.EndWith($" by {Environment.UserName}: the wizard is gone");
        (status.GetProperty("model_count").GetInt32(), status.GetProperty("retired")[0].GetProperty("name").GetString()).Should().Be((1, Scene.First));
        text.Output.Should().MatchRegex(@"\r?\nRetired, so not delivered \(1\):");
        unretired.Output.Should().StartWith($"'{Scene.First}' may be delivered again: epoch 3, commit ");
        after.GetProperty("result").GetString().Should().Be("Published");
    }

    [Theory]
    [InlineData("rollback --steps 1 --reason x", "Which model is missing; expected MODEL or --all.")]
    [InlineData("rollback news_touch --all --steps 1 --reason x", "Both 'news_touch' and --all are given; expected one of them.")]
    [InlineData("rollback news_touch --reason x", "Where to is missing; expected --to COMMIT or --steps N.")]
    [InlineData("rollback news_touch --to main --steps 1 --reason x", "Both --to and --steps are given; expected one of them.")]
    [InlineData("rollback news_touch --steps 0 --reason x", "--steps is 0; it needs 1 or more.")]
    [InlineData("rollback news_touch --steps one --reason x", "--steps is 'one'; expected a whole number.")]
    [InlineData("rollback news_touch --steps 1", "--reason")]
    [InlineData("pin news_touch", "--reason")]
    [InlineData("freeze", "--reason")]
    [InlineData("retire news_touch", "--reason")]
    [InlineData("pin news-touch --reason x", "news-touch")]
    [InlineData("freeze --reason x --until tomorrow", "--until is 'tomorrow'; expected a time such as 2026-03-01T12:00Z, or a duration from now such as 90m, 2h or 3d.")]
    [InlineData("freeze --reason x --until 2020-01-01T00:00Z", "--until is '2020-01-01T00:00Z', which is not in the future.")]
    [InlineData("freeze --reason x --until 0s", "--until is '0s', which is not in the future.")]
    public async Task A_wrong_order_exits_with_2_and_changes_nothing(string arguments, string message)
    {
        using var folder = new TemporaryFolder();

        var result = await DeliveryProcess.RunAsync(folder.Path, arguments.Split(' '));

        (result.ExitCode, result.Output).Should().Be((2, ""));
        result.Errors.Should().StartWith("delivery: ").And.Contain(message).And.NotContain("   at ");
        Directory.EnumerateFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_blank_reason_is_none()
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync("freeze", "--reason", " ");

        (result.ExitCode, result.Errors).Should().Be((2, "delivery: --reason is empty; expected why, for the history.\n".ReplaceLineEndings()));
    }

    [Theory]
    [InlineData("rollback news_touch --to main --reason x", "'news_touch' is as of commit ")]
    [InlineData("rollback news_touch --steps 1 --reason x", "'news_touch' has 0 earlier versions; 1 back was asked for.")]
    [InlineData("rollback --all --steps 2 --reason x", "The set of all models has 0 earlier versions; 2 back was asked for.")]
    [InlineData("rollback other --to main --reason x", "delivers no model 'other'.")]
    [InlineData("rollback news_touch --to nothing --reason x", "'nothing' names no commit of the history")]
    [InlineData("pin other --reason x", "'other' is not delivered")]
    [InlineData("unpin news_touch", "'news_touch' is not pinned.")]
    [InlineData("thaw", "Delivery is not frozen.")]
    [InlineData("retire other --reason x", "'other' is not delivered.")]
    [InlineData("unretire news_touch", "'news_touch' is not retired.")]
    public async Task What_cannot_be_done_exits_with_1_and_makes_no_commit(string arguments, string message)
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync(arguments.Split(' '));

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().StartWith("delivery: ").And.Contain(message).And.NotContain("   at ");
        Git(scene, "rev-list", "--count", "main").Should().Be("1");
    }

    private static async Task<Scene> TwiceDeliveredAsync()
    {
        var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, requestCount: 300);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);
        return scene;
    }

    private static string Git(Scene scene, params string[] arguments) => GitProgram.Run(scene.FastData, arguments).Trim();

    private static string? Reason(JsonElement record) =>
        record.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == Scene.First).GetProperty("reason").GetString();
}
