using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

public sealed class ReleaseVerbTests
{
    [Fact]
    public async Task A_release_is_a_commit_that_says_who_and_why_and_the_candidate_is_tried_again()
    {
        using var scene = await Scene.DeliveredAsync();
        await scene.ExportAsync(Scene.First, [1, 2, 3]);
        await scene.RunAsync("update");
        var quarantined = await scene.JsonAsync("update");

        var release = await scene.JsonAsync("release", Scene.First, "--reason", "a trial\nrun");
        var retried = await scene.JsonAsync("update");

        Reason(quarantined).Should().StartWith("quarantined: ");
        release.GetProperty("released").GetArrayLength().Should().Be(1);
        release.GetProperty("epoch").GetInt64().Should().Be(3);
        Reason(retried).Should().StartWith("structure: ", "it went through the tests again");
        var message = GitProgram.Run(scene.FastData, "log", "-1", "--format=%an%n%B", release.GetProperty("commit").GetString()!);
        message.Should().StartWith($"{Environment.UserName}\nRelease news_touch from quarantine\n").And.Contain("Reason: a trial run\n").And.Contain("Released-By: ").And.EndWith("Epoch: 3\n\n");
        GitProgram.FsckStrict(scene.FastData);
    }

    [Fact]
    public async Task A_model_that_is_not_in_quarantine_is_an_error_and_no_commit()
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync("release", Scene.First);

        result.ExitCode.Should().Be(1);
        result.Errors.Should().Contain($"Nothing of '{Scene.First}' is in quarantine.");
        GitProgram.Run(scene.FastData, "rev-list", "--count", "main").Trim().Should().Be("1");
    }

    private static string? Reason(System.Text.Json.JsonElement record) =>
        record.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == Scene.First).GetProperty("reason").GetString();
}
