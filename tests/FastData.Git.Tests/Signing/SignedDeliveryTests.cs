using Delivery.FastData.Git.Signing;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Signing;

public sealed class SignedDeliveryTests : IDisposable
{
    private readonly SigningScene _scene = new();

    public void Dispose() => _scene.Dispose();

    private SignedDelivery Delivery => new(_scene.Folder, _scene.Allowed);

    [Fact]
    public async Task A_commit_of_an_allowed_key_is_not_refused()
    {
        var published = _scene.Publish(1);

        (await Delivery.RefuseCommitAsync(published.Commit, default)).Should().BeNull();
    }

    [Fact]
    public async Task Each_commit_that_is_not_signed_as_it_must_be_is_refused_with_its_reason()
    {
        var unsigned = _scene.Publish(1, key: null);
        (await Delivery.RefuseCommitAsync(unsigned.Commit, default)).Should().Be($"Commit {unsigned.Commit.Short} is not signed.");

        var signed = _scene.Publish(2);
        var text = GitProgram.Run(_scene.Folder, "cat-file", "commit", signed.Commit.Hex);
        (await Delivery.RefuseCommitAsync(Commit(text.Replace("Deliver 2", "Deliver 3", StringComparison.Ordinal)), default)).Should().Contain("its signature is refused");
        (await Delivery.RefuseCommitAsync(Commit(text.Replace("SSH SIGNATURE", "PGP SIGNATURE", StringComparison.Ordinal)), default)).Should().Contain("is not one ssh signature");

        _scene.MakeKey("foreign");
        var foreign = _scene.Publish(3, "foreign");
        (await Delivery.RefuseCommitAsync(foreign.Commit, default)).Should().Contain("its signature is refused").And.Contain("No principal matched");

        File.Delete(_scene.Allowed);
        (await Delivery.RefuseCommitAsync(signed.Commit, default)).Should().Contain("there is no such file of allowed signers");
    }

    [Fact]
    public void A_mirror_finds_the_signature_of_what_it_fetched_and_can_publish_it()
    {
        _scene.Publish(1);
        var manifest = FolderState.ReadLiveWhole(_scene.Folder)!;
        var clone = _scene["clone"];
        Directory.CreateDirectory(clone);
        GitProgram.Run(clone, "init", "-q", "--bare", ".git");
        GitProgram.Run(Path.Combine(clone, ".git"), "fetch", "-q", "--depth", "1", "file://" + _scene.Layout.Repository, "+main:refs/heads/main", $"+{SignedDelivery.SignaturesRef}:{SignedDelivery.SignaturesRef}");

        var verdict = new SignedDelivery(clone, _scene.Allowed).CheckManifest(manifest);

        verdict.Refusal.Should().BeNull();
        verdict.Signature!.Value.ToArray().Should().Equal(File.ReadAllBytes(_scene.Layout.SignaturePath(manifest.Epoch, manifest.Commit)));
        var tip = new FastDataPublisher(clone).ReadTip(default);
        tip.Commit.Should().Be(manifest.Commit);
        SigningScene.ReadTrusted(clone, _scene.Allowed).Epoch.Should().Be(1);
        FolderState.ShouldBeWhole(clone);
    }

    [Fact]
    public void A_manifest_without_its_signature_or_with_a_foreign_one_is_refused()
    {
        _scene.Publish(1, key: null);
        var manifest = FolderState.ReadLiveWhole(_scene.Folder)!;
        Delivery.CheckManifest(manifest).Refusal.Should().Contain("epoch 1 is not signed");

        _scene.MakeKey("foreign");
        _scene.Publish(2, "foreign");
        var second = FolderState.ReadLiveWhole(_scene.Folder)!;
        Delivery.CheckManifest(second).Should().Match<ManifestVerdict>(verdict => verdict.Signature == null && verdict.Refusal!.Contains("is not allowed", StringComparison.Ordinal));
        Delivery.CheckManifest(second with { Models = [] }).Refusal.Should().Contain("does not fit the manifest");
    }

    private CommitId Commit(string text)
    {
        File.WriteAllText(_scene["commit"], text);
        return CommitId.Parse(GitProgram.Run(_scene.Folder, "hash-object", "-t", "commit", "-w", "--literally", _scene["commit"]).Trim());
    }
}
