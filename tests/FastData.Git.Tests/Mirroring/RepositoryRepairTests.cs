using Delivery.FastData.Git.Mirroring;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Mirroring;

public sealed class RepositoryRepairTests : IDisposable
{
    private readonly MirrorScene _scene = new();

    private string Git => Path.Combine(_scene.Folder, ".git");

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("objects are gone", true)]
    [InlineData("objects are gone", false)]
    [InlineData("main is gone", true)]
    [InlineData("main is no id", true)]
    [InlineData("HEAD is gone", true)]
    [InlineData("incoming is no id", true)]
    public async Task A_damaged_repository_is_fetched_again_and_live_files_stay(string damage, bool isFolder)
    {
        for (var n = 1; n <= 3; n++) _scene.Publish(n);
        using var server = new GitHttpServer(_scene.Root);
        var from = isFolder ? _scene.Remote : server.UrlOf("remote");
        await _scene.PollAsync(from);
        var files = Directory.GetFiles(new FolderLayout(_scene.Folder).Models).ToDictionary(path => path, File.GetLastWriteTimeUtc);
        switch (damage)
        {
            case "objects are gone":
                foreach (var path in Directory.EnumerateFiles(Path.Combine(Git, "objects", "pack"))) File.Delete(path);
                break;
            case "main is gone":
                File.Delete(Path.Combine(Git, "refs/heads/main"));
                break;
            case "main is no id":
                await File.WriteAllTextAsync(Path.Combine(Git, "refs/heads/main"), "rubbish\n");
                break;
            case "HEAD is gone":
                File.Delete(Path.Combine(Git, "HEAD"));
                break;
            default:
                await File.WriteAllTextAsync(Path.Combine(Git, "refs/delivery/incoming"), "rubbish\n");
                break;
        }

        var same = await _scene.PollAsync(from);
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(3);
        _scene.Publish(4);
        var next = await _scene.PollAsync(from);

        (same as MirrorOutcome.Failed)?.Reason.Should().BeNull("it is healed by one poll");
        next.Should().BeOfType<MirrorOutcome.Advanced>();
        _scene.ShouldServeWhatTheRemoteDoes();
        files.Where(file => File.Exists(file.Key)).Should().OnlyContain(file => File.GetLastWriteTimeUtc(file.Key) == file.Value, "nothing that is live was written again");
    }

    [Fact]
    public async Task A_repository_that_cannot_be_healed_leaves_the_live_generation()
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        foreach (var path in Directory.EnumerateFiles(Path.Combine(Git, "objects", "pack"))) File.Delete(path);

        var outcome = await _scene.PollAsync(_scene["nowhere"]);

        outcome.Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().Contain("tried to fetch it again");
        outcome.Epoch.Should().Be(1);
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(1);
    }
}
