using Delivery.FastData.Git.Signing;
using Delivery.FastData.Storage;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.FastData.Git.Tests.Signing;

/// <summary>
/// Kills or fails a signed publish at operations on the disk: what is live has a valid signature at every moment. Each point starts
/// ssh-keygen and git, so only the long run (<c>DELIVERY_SOAK=1</c>) takes every one; the others are spread over the kinds of fault.
/// </summary>
public sealed class SignedCrashTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int Step = LongRun.IsWanted ? 1 : 3;

    private readonly SigningScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.Fail)]
    public void A_signed_publish_that_dies_anywhere_leaves_a_signed_generation(Fault fault)
    {
        _scene.Publish(1);
        var points = Enumerate(fault, (folder, disk) => Publish(folder, 2, disk));
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(35 / Step);
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public void A_first_signed_publish_that_dies_anywhere_leaves_nothing_or_a_signed_generation(Fault fault)
    {
        Directory.CreateDirectory(_scene.Folder);
        var points = Enumerate(fault, (folder, disk) => Publish(folder, 2, disk));
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(45 / Step);
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.Fail)]
    public void Signing_again_with_a_new_key_that_dies_anywhere_leaves_one_of_both_signatures(Fault fault)
    {
        _scene.Publish(1);
        _scene.MakeKey("next");
        _scene.Allow("key", "next");
        var points = Enumerate(fault, (folder, disk) => new FastDataPublisher(folder, disk: disk) { Signer = new SshSigner(_scene["next"]) }.ReadTip(default));
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(15 / Step);
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public void A_recovery_that_signs_and_dies_anywhere_is_finished_by_the_next(Fault fault)
    {
        // Committed but not announced, and every signature of it lost with its manifest: the longest recovery there is.
        _scene.Publish(1);
        var old = File.ReadAllBytes(_scene.Layout.Current);
        var second = _scene.Publish(2);
        File.WriteAllBytes(_scene.Layout.Current, old);
        File.Delete(_scene.Layout.ManifestPath(second.Epoch, second.Commit));
        File.Delete(_scene.Layout.SignaturePath(second.Epoch, second.Commit));
        GitProgram.Run(_scene.Folder, "update-ref", "-d", SignedDelivery.SignaturesRef);

        var points = Enumerate(fault, (folder, disk) => new FastDataPublisher(folder, disk: disk) { Signer = new SshSigner(_scene["key"]) }.ReadTip(default), finisher: "key");
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(20 / Step);
    }

    private int Enumerate(Fault fault, Action<string, IDisk> work, string? finisher = null)
    {
        var points = 0;
        for (var at = 1 + ((int)fault % Step); ; at += Step)
        {
            var folder = _scene[$"{fault}-{at}"];
            TemporaryFolder.Copy(_scene.Folder, folder);
            var disk = new FaultyDisk(at, fault);
            var failure = Record.Exception(() => work(folder, disk));
            if (!disk.Happened) return points;
            points++;

            // As the dead process left it: whatever is announced is signed.
            var seen = new FolderReader(new FolderLayout(folder)).ReadCurrent();
            if (seen is not null) SigningScene.ReadTrusted(folder, _scene.Allowed).Epoch.Should().Be(seen.Epoch, "operation {0}, {1}", at, failure?.Message);

            // Finished by a process that has no key, unless told: what is committed has its signature all the same.
            var tip = new FastDataPublisher(folder) { Signer = finisher is null ? null : new SshSigner(_scene[finisher]) }.ReadTip(default);
            tip.Epoch.Should().BeGreaterThanOrEqualTo(seen?.Epoch ?? 0, "operation {0}, {1}", at, failure?.Message);
            if (tip.Commit is not null) SigningScene.ReadTrusted(folder, _scene.Allowed).Epoch.Should().Be(tip.Epoch, "operation {0}, {1}", at, failure?.Message);
            if (File.Exists(Path.Combine(folder, ".git", "HEAD"))) GitProgram.FsckStrict(folder);

            Publish(folder, 3, new LocalDisk());
            SigningScene.ReadTrusted(folder, _scene.Allowed).Epoch.Should().Be(tip.Epoch + 1, "operation {0}, {1}", at, failure?.Message);
            FolderState.ShouldBeWhole(folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Publish(string folder, int seed, IDisk disk)
    {
        var publisher = new FastDataPublisher(folder, disk: disk) { Signer = new SshSigner(_scene["key"]) };
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Deliver {seed}", Models = [SigningScene.Change("a", seed), SigningScene.Change("same", 0)] }, default)
            .Should().BeOfType<PublishOutcome.Published>();
    }
}
