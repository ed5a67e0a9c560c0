using Delivery.FastData.Git.Mirroring;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Mirroring;

public sealed class HousekeepingTests : IDisposable
{
    private readonly MirrorScene _scene = new();

    // A clock a week ahead: whatever was fetched now is old enough to be left behind.
    private readonly ManualTime _later = new(TimeProvider.System.GetUtcNow().AddDays(7));

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task History_that_no_kept_generation_needs_goes_and_the_remote_is_followed_on()
    {
        _scene.Publish(1);
        using (var mirror = new FastDataMirror(_scene.Options()))
        {
            for (var n = 2; n <= 8; n++)
            {
                await mirror.PollOnceAsync(default);
                _scene.Publish(n);
            }
        }
        Count("rev-list", "--count", "main").Should().Be(7);

        (await _scene.PollAsync(time: _later)).Should().BeOfType<MirrorOutcome.Advanced>().Which.Warning.Should().BeNull();

        Count("rev-list", "--count", "main").Should().Be(3, "three generations stay whatever their age");
        PackCount().Should().Be(1);
        GitProgram.Run(_scene.Folder, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)").Split('\n').Count(type => type == "commit").Should().Be(3);
        _scene.ShouldServeWhatTheRemoteDoes();

        _scene.Publish(9);
        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>();
        _scene.ShouldServeWhatTheRemoteDoes();
        File.Delete(Directory.EnumerateFiles(new FolderLayout(_scene.Folder).Models, "same.*").Single());
        new FastDataPublisher(_scene.Folder).ReadTip(default).Epoch.Should().Be(9);
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Fact]
    public async Task A_mirror_does_not_grow_for_ever()
    {
        var sizes = new List<long>();
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        using var mirror = new FastDataMirror(_scene.Options() with { ReshallowEvery = TimeSpan.FromMinutes(1), KeepGenerations = TimeSpan.Zero }, time);
        for (var n = 1; n <= 20; n++)
        {
            _scene.Publish(n);
            time.Advance(TimeSpan.FromHours(1)); // far more than a step takes by the clock of the files
            (await mirror.PollOnceAsync(default)).Should().BeOfType<MirrorOutcome.Advanced>().Which.Warning.Should().BeNull();
            sizes.Add(new DirectoryInfo(Path.Combine(_scene.Folder, ".git")).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));
        }

        sizes[^1].Should().BeLessThan(sizes[4] * 3 / 2, "sizes: {0}", string.Join(' ', sizes));
        Directory.EnumerateFiles(new FolderLayout(_scene.Folder).Manifests).Should().HaveCount(3);
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Fact]
    public async Task What_was_refused_is_dropped()
    {
        _scene.Publish(1);
        _scene.Publish(2);
        await _scene.PollAsync();
        var other = new FastDataPublisher(_scene["other"]);
        other.Publish(new Publication { ExpectedTip = null, Message = "Other", Models = [MirrorScene.Change("a", 10)] }, default);
        await _scene.PollAsync(_scene["other"]);
        Count("rev-list", "--count", "--all").Should().Be(2);

        (await _scene.PollAsync(time: _later)).Should().BeOfType<MirrorOutcome.UpToDate>().Which.Warning.Should().BeNull();

        Count("rev-list", "--count", "--all").Should().Be(1);
        PackCount().Should().Be(1);
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public async Task Many_small_packs_are_joined_before_the_day_is_over()
    {
        _scene.Publish(0);
        using var mirror = new FastDataMirror(_scene.Options());
        for (var n = 1; n <= 70; n++)
        {
            await mirror.PollOnceAsync(default);
            _scene.Publish(n);
        }

        PackCount().Should().BeLessThan(65);
        await mirror.PollOnceAsync(default);
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    private int Count(params string[] arguments) => int.Parse(GitProgram.Run(_scene.Folder, arguments).Trim());

    private int PackCount() => Directory.EnumerateFiles(Path.Combine(_scene.Folder, ".git", "objects", "pack"), "*.pack").Count();
}
