using System.Text.Json;
using Delivery.FastData;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

public sealed class MirrorVerbTests
{
    private const int Terminate = 15;

    [Fact]
    public async Task Once_takes_what_is_newer_and_says_so()
    {
        using var scene = await Scene.DeliveredAsync();

        var first = await scene.RunAsync("mirror", "--from", "fast-data", "--to", "mirror", "--once");
        var second = await scene.JsonAsync("mirror", "--from", "fast-data", "--to", "mirror", "--once");

        (first.ExitCode, first.Errors).Should().Be((0, ""));
        first.Output.Should().MatchRegex(@"^\S+ \S+Z  epoch 1, commit [0-9a-f]{8}, 2 models, 2 changed, ([0-9.]+ s|\d+ min( \d+ s)?)\n$");
        second.GetProperty("event").GetString().Should().Be("up_to_date");
        second.GetProperty("epoch").GetInt64().Should().Be(1);
        (await File.ReadAllTextAsync(scene["mirror/CURRENT"])).Should().Be(await File.ReadAllTextAsync(scene["fast-data/CURRENT"]));
    }

    [SkippableFact]
    public async Task It_follows_until_it_is_told_to_end()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var scene = await Scene.DeliveredAsync();
        using var mirror = DeliveryProcess.Start(scene.Path, new Dictionary<string, string>(), "mirror", "--from", "fast-data", "--to", "mirror", "--json", "--interval", "1d");
        Parse(await mirror.LineWithAsync("advanced")).GetProperty("models").GetInt32().Should().Be(2);

        await scene.ExportAsync(Scene.First, requestCount: 150);
        await scene.RunAsync("update");
        var second = Parse(await mirror.LineWithAsync("advanced"));
        mirror.Signal(Terminate);
        var result = await mirror.EndAsync();

        (second.GetProperty("epoch").GetInt64(), second.GetProperty("changed_models").GetInt32()).Should().Be((2, 1), "the branch of a folder is looked at all the time");
        (result.ExitCode, result.Errors, result.Output).Should().Be((0, "", ""));
    }

    [SkippableFact]
    public async Task A_touch_of_its_file_makes_it_poll_at_once()
    {
        Skip.If(OperatingSystem.IsWindows(), "git daemon is not on every Windows.");
        using var scene = await Scene.DeliveredAsync();
        using var daemon = new GitDaemon(scene.Path);
        using var mirror = DeliveryProcess.Start(scene.Path, new Dictionary<string, string>(), "mirror", "--from", daemon.UrlOf("fast-data"), "--to", "mirror", "--json", "--interval", "1d");
        await mirror.LineWithAsync("advanced");
        await scene.ExportAsync(Scene.First, requestCount: 150);
        await scene.RunAsync("update");

        await File.WriteAllTextAsync(scene["mirror/.git/delivery-poll"], "now\n");

        Parse(await mirror.LineWithAsync("advanced")).GetProperty("epoch").GetInt64().Should().Be(2);
    }

    [Fact]
    public async Task A_refusal_and_a_failure_are_told_and_exit_with_1()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.RunAsync("mirror", "--from", "fast-data", "--to", "mirror", "--once");
        var stray = GitProgram.Run(scene.FastData, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit-tree", "main^{tree}", "-p", "main", "-m", "by hand").Trim();
        GitProgram.Run(scene.FastData, "update-ref", "refs/heads/main", stray);

        var refused = await scene.RunAsync("mirror", "--from", "fast-data", "--to", "mirror", "--once");
        var failed = await scene.RunAsync("mirror", "--from", "nowhere", "--to", "mirror", "--once", "--json");

        refused.ExitCode.Should().Be(1);
        refused.Errors.Should().Contain("refused, epoch 1, commit").And.Contain("carries no epoch");
        (failed.ExitCode, failed.Errors).Should().Be((1, ""));
        Parse(failed.Output).GetProperty("event").GetString().Should().Be("failed");
        Parse(failed.Output).GetProperty("epoch").GetInt64().Should().Be(1);
        new FolderReader(new FolderLayout(scene["mirror"])).ReadCurrent()!.Epoch.Should().Be(1);
    }

    [Fact]
    public async Task Settings_name_remote_and_folder_too()
    {
        using var scene = await Scene.DeliveredAsync();
        Directory.CreateDirectory(scene["host"]);
        await File.WriteAllTextAsync(scene["host/delivery.json"], """{ "fastData": "models", "mirror": { "from": "../fast-data" } }""");

        var result = await scene.RunAsync("mirror", "--once", "--config", "host/delivery.json");

        (result.ExitCode, result.Errors).Should().Be((0, ""));
        new FolderReader(new FolderLayout(scene["host/models"])).ReadCurrent()!.Epoch.Should().Be(1);
    }

    [Theory]
    [InlineData(2, "No remote is named", "--to", "mirror")]
    [InlineData(2, "mirror.from is 'ext::sh'; expected a folder, a URL", "--from", "ext::sh", "--to", "mirror")]
    [InlineData(1, "somebody publishes into this folder", "--from", "elsewhere", "--to", "fast-data")]
    public async Task What_cannot_be_is_refused_before_anything_is_changed(int exitCode, string message, params string[] arguments)
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync(["mirror", "--once", .. arguments]);

        result.ExitCode.Should().Be(exitCode);
        result.Errors.Should().Contain(message);
        Directory.Exists(scene["mirror"]).Should().BeFalse();
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement.Clone();
}
