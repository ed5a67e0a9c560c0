using Delivery.FastData.Git.Mirroring;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.FastData.Git.Tests.Mirroring;

/// <summary>Kills or fails a mirror at every operation on the disk, then looks at what readers see and starts it again.</summary>
public sealed class AdoptCrashTests(ITestOutputHelper output) : IDisposable
{
    private readonly MirrorScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.Fail)]
    public async Task A_generation_whose_adoption_dies_anywhere_is_adopted_whole_or_not_at_all(Fault fault)
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        var second = _scene.Publish(2);
        GitProgram.Run(_scene.Folder, "fetch", "--quiet", _scene.Remote, $"+refs/heads/main:{RemoteFetch.Incoming}");

        var points = 0;
        for (var at = 1; ; at++)
        {
            var folder = _scene[$"{fault}-{at}"];
            TemporaryFolder.Copy(_scene.Folder, folder);
            var disk = new FaultyDisk(at, fault);
            var failure = Record.Exception(() => Adopt(new FastDataPublisher(folder, disk: disk), second));
            if (!disk.Happened) break;

            points++;
            var seen = FolderState.ReadLiveWhole(folder)!;
            seen.Epoch.Should().BeOneOf([1L, 2L], "operation {0}, {1}", at, failure?.Message);
            if (failure is null) seen.Epoch.Should().Be(2, "what was reported is never lost");
            var publisher = new FastDataPublisher(folder);
            if (publisher.ReadTip(default).Epoch == 1) Adopt(publisher, second);
            _scene.ShouldServeWhatTheRemoteDoes(folder);
            Directory.Delete(folder, recursive: true);
        }
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(25);
    }

    [Theory]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.Fail)]
    public async Task A_first_contact_that_dies_anywhere_is_finished_by_the_next_poll(Fault fault)
    {
        _scene.Publish(1);
        var points = 0;
        for (var at = 1; ; at++)
        {
            var folder = _scene[$"{fault}-{at}"];
            var disk = new FaultyDisk(at, fault);
            var failure = await Record.ExceptionAsync(() => _scene.PollAsync(folder: folder, disk: disk));
            if (!disk.Happened) break;

            points++;
            (FolderState.ReadLiveWhole(folder)?.Epoch ?? 0).Should().BeOneOf([0L, 1L], "operation {0}, {1}", at, failure?.Message);
            (await _scene.PollAsync(folder: folder)).Should().Match<MirrorOutcome>(outcome => outcome.IsGood, "operation {0}, {1}", at, failure?.Message);
            _scene.ShouldServeWhatTheRemoteDoes(folder);
            Directory.Delete(folder, recursive: true);
        }
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(40);
    }

    [Fact]
    public async Task A_generation_that_was_looked_through_on_another_tip_loses_the_race()
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        var second = _scene.Publish(2);
        GitProgram.Run(_scene.Folder, "fetch", "--quiet", _scene.Remote, $"+refs/heads/main:{RemoteFetch.Incoming}");
        var publisher = new FastDataPublisher(_scene.Folder);
        var late = publisher.Examine(second, default);
        Adopt(publisher, second);

        publisher.Adopt(late, default).Should().BeOfType<PublishOutcome.LostRace>().Which.Found.Should().Be(second);
        var again = () => publisher.Examine(second, default);
        again.Should().Throw<GenerationRefusedException>("its epoch is not above that of the tip");
    }

    private static void Adopt(FastDataPublisher publisher, CommitId commit) =>
        publisher.Adopt(publisher.Examine(commit, default), default).Should().BeOfType<PublishOutcome.Published>();
}
