using System.Diagnostics;
using Delivery.FastData.Git.Mirroring;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Mirroring;

public sealed class GitLeftoversTests : IDisposable
{
    private static readonly string[] Locks = ["shallow.lock", "config.lock", "packed-refs.lock", "index.lock", "HEAD.lock", "refs/delivery/incoming.lock", "refs/heads/main.lock"];
    private static readonly string[] Files = ["shallow_Ab12Cd", "objects/pack/tmp_pack_Ab12Cd", "objects/pack/tmp_idx_Ab12Cd", "objects/pack/pack-0123.pack", "objects/pack/pack-4567.keep"];

    private readonly MirrorScene _scene = new();

    private string Git => Path.Combine(_scene.Folder, ".git");

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Leavings_that_are_old_are_removed_and_the_remote_is_followed_on()
    {
        await LeaveAsync(age: TimeSpan.FromMinutes(2));

        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(2);

        Locks.Concat(Files).Where(name => File.Exists(Path.Combine(Git, name))).Should().BeEmpty();
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Fact]
    public async Task Leavings_of_a_git_of_ours_that_is_dead_are_removed_at_once()
    {
        var made = await LeaveAsync(age: TimeSpan.Zero);
        await File.WriteAllTextAsync(Path.Combine(Git, "delivery-git"), $"{int.MaxValue} {made.AddSeconds(-5).UtcTicks}\n");

        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(2);

        Locks.Concat(Files).Where(name => File.Exists(Path.Combine(Git, name))).Should().BeEmpty();
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Fact]
    public async Task A_lock_that_another_git_has_just_made_is_left_alone_and_told()
    {
        var made = await LeaveAsync(age: TimeSpan.Zero);

        var outcome = await _scene.PollAsync(time: new ManualTime(made.AddSeconds(59)));

        outcome.Should().BeOfType<MirrorOutcome.Failed>().Which.Reason.Should().Contain("shallow.lock: a git process made it").And.Contain("removed once it is a minute old");
        Locks.Where(name => File.Exists(Path.Combine(Git, name))).Should().Equal(Locks);
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(1);
    }

    [Fact]
    public async Task A_git_that_outlived_its_mirror_is_ended()
    {
        await LeaveAsync(age: TimeSpan.Zero);
        using var orphan = WaitingGit();
        await File.WriteAllTextAsync(Path.Combine(Git, "delivery-git"), $"{orphan.Id} {orphan.StartTime.ToUniversalTime().Ticks}\n");
        using var other = WaitingGit();

        await _scene.PollAsync();

        orphan.WaitForExit(TimeSpan.FromSeconds(30)).Should().BeTrue();
        other.HasExited.Should().BeFalse();
        other.Kill();
        File.Exists(Path.Combine(Git, "delivery-git")).Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("0123456789\n")]
    [InlineData(null)]
    public async Task A_boundary_of_history_that_was_cut_short_is_found_again(string? content)
    {
        for (var n = 1; n <= 3; n++) _scene.Publish(n);
        await _scene.PollAsync();
        var path = Path.Combine(Git, "shallow");
        var before = await File.ReadAllTextAsync(path);
        if (content is null) File.Delete(path);
        else await File.WriteAllTextAsync(path, content);
        _scene.Publish(4);

        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>();

        (await File.ReadAllTextAsync(path)).Should().Be(before);
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    // It waits for its standard input to end.
    private Process WaitingGit() =>
        Process.Start(new ProcessStartInfo("git", ["-C", _scene.Folder, "cat-file", "--batch"]) { UseShellExecute = false, RedirectStandardInput = true })!;

    private async Task<DateTimeOffset> LeaveAsync(TimeSpan age)
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        _scene.Publish(2);
        var made = TimeProvider.System.GetUtcNow() - age;
        foreach (var name in Locks.Concat(Files))
        {
            var path = Path.Combine(Git, name);
            await File.WriteAllTextAsync(path, name.EndsWith(".keep", StringComparison.Ordinal) ? "fetch-pack 4711 on here" : "");
            File.SetLastWriteTimeUtc(path, made.UtcDateTime);
        }
        return made;
    }
}
