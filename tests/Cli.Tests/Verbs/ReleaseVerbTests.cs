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

    [SkippableFact]
    public async Task A_folder_that_another_process_holds_is_waited_for_until_the_time_is_up_or_it_is_told_to_stop()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var scene = await Scene.DeliveredAsync();
        await using var held = new FileStream(scene["fast-data/LOCK"], FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        using var busy = DeliveryProcess.Start(scene.Path, Waits("0s"), "release", Scene.First);
        using var waiting = DeliveryProcess.Start(scene.Path, Waits("1h"), "release", Scene.First);
        var refused = await busy.EndAsync();
        waiting.Signal(15);
        var stopped = await waiting.EndAsync();

        refused.ExitCode.Should().Be(1);
        refused.Errors.Should().Contain(scene["fast-data/LOCK"]).And.NotContain("   at ");
        (stopped.ExitCode, stopped.Output, stopped.Errors).Should().Be((143, "", ""));

        static Dictionary<string, string> Waits(string time) => new(StringComparer.Ordinal) { ["DELIVERY_UPDATE__LOCKTIMEOUT"] = time };
    }

    private static string? Reason(System.Text.Json.JsonElement record) =>
        record.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == Scene.First).GetProperty("reason").GetString();
}
