using Delivery.ApplyRuntime;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Signing;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>A writer that signs, a mirror that checks, and search processes that check what the mirror has.</summary>
public sealed class SignedMirrorTests : IDisposable
{
    private static readonly RuntimeOptions OnlyWhenAsked = new() { UseFileEvents = false, PollInterval = TimeSpan.FromHours(1) };
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Keys_are_changed_through_a_mirror_without_a_moment_at_which_a_reader_has_nothing()
    {
        SshProgram.MakeKey(_temporary["old"]);
        SshProgram.MakeKey(_temporary["new"]);
        Allow("old");
        Publish(1, "old");
        using var mirror = new FastDataMirror(new FastDataMirrorOptions { From = _temporary["remote"], Folder = _temporary["mirror"], AllowedSigners = _temporary["allowed"] });
        await mirror.PollOnceAsync(default);
        using var reader = Open("reader");
        await ShouldServeAsync(1);

        Allow("old", "new");
        await ShouldServeAsync(1);
        Publisher("new").ReadTip(default); // as 'delivery update' does that finds nothing new
        await ShouldServeAsync(1);
        Allow("new"); // sooner than it should be: the commit of what is live has the old key
        await ShouldServeAsync(1);
        Allow("old", "new");
        Publish(2, "new");
        await ShouldServeAsync(2);
        Allow("new");
        await ShouldServeAsync(2);
        Publish(3, "new");
        await ShouldServeAsync(3);

        Publish(4, "old");
        (await mirror.PollOnceAsync(default)).Should().BeOfType<MirrorOutcome.Refused>("the old key was withdrawn").Which.Epoch.Should().Be(3);
        reader.Refresh().Epoch.Should().Be(3);
        Publish(5, "new");
        await ShouldServeAsync(5);

        async Task ShouldServeAsync(long epoch)
        {
            (await mirror.PollOnceAsync(default)).Should().Match<MirrorOutcome>(outcome => outcome.IsGood && outcome.Epoch == epoch);
            ShouldBeReady(reader.Refresh(), epoch);
            using var restarted = Open($"restarted-{epoch}");
            ShouldBeReady(restarted.Status, epoch);
        }
    }

    private static void ShouldBeReady(RuntimeStatus status, long epoch)
    {
        (status.State, status.Epoch, status.FailedReloads).Should().Be((RuntimeState.Ready, epoch, 0));
        status.Problems.Should().BeEmpty();
    }

    private ModelRuntime Open(string name) =>
        ModelRuntime.Open(_temporary["mirror"], OnlyWhenAsked with { Trust = new TrustPolicy { AllowedSigners = _temporary["allowed"], StateFile = _temporary[$"{name}.epoch"] } });

    private FastDataPublisher Publisher(string key) => new(_temporary["remote"]) { Signer = new SshSigner(_temporary[key]) };

    private void Publish(int n, string key)
    {
        var publisher = Publisher(key);
        var model = new ModelChange(ModelName.Parse("news"), TestModels.Linear("news", n), "{}\n"u8.ToArray());
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Deliver {n}", Models = [model] }, default).Should().BeOfType<PublishOutcome.Published>();
    }

    private void Allow(params string[] keys) => File.WriteAllLines(_temporary["allowed"], keys.Select(key => $"updater {SshProgram.PublicKey(_temporary[key])}"));
}
