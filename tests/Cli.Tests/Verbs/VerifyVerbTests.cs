namespace Delivery.Cli.Tests.Verbs;

public sealed class VerifyVerbTests
{
    [Fact]
    public async Task A_damaged_folder_is_told_mended_and_then_whole()
    {
        using var scene = await Scene.DeliveredAsync();
        var live = Directory.GetFiles(scene["fast-data/models"], "news_touch.*").Single();
        File.Delete(live);

        var clean = await scene.RunAsync("verify", "--fast-data", "nowhere");
        var found = await scene.RunAsync("verify");
        var mended = await scene.JsonAsync("verify", "--repair");
        var whole = await scene.RunAsync("verify");

        (clean.ExitCode, found.ExitCode, whole.ExitCode).Should().Be((1, 1, 0));
        found.Output.Should().Contain($"models/{Path.GetFileName(live)}: it is not there. To mend it: ").And.Contain("1 finding in");
        mended.GetProperty("clean").GetBoolean().Should().BeTrue();
        mended.GetProperty("repairs")[0].GetString().Should().Contain(Path.GetFileName(live));
        whole.Output.Should().Contain("The folder is whole: epoch 1, 2 live files, 1 manifest, 1 commit.");
        File.Exists(live).Should().BeTrue();
    }
}
