using Delivery.FastData.Git.Signing;
using Delivery.FastData.Signing;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Signing;

public sealed class SignedPublishTests : IDisposable
{
    private readonly SigningScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_signed_generation_is_good_for_git_for_ssh_keygen_and_for_a_reader()
    {
        _scene.Publish(1);
        var published = _scene.Publish(2);

        FolderState.ShouldBeWhole(_scene.Folder);
        _scene.ReadTrusted().Epoch.Should().Be(2);
        foreach (var commit in (string[])["main", "main~1"])
        {
            GitProgram.Run(_scene.Folder, "-c", "gpg.format=ssh", "-c", $"gpg.ssh.allowedSignersFile={_scene.Allowed}", "verify-commit", commit);
        }
        GitProgram.Run(_scene.Folder, "-c", $"gpg.ssh.allowedSignersFile={_scene.Allowed}", "log", "-1", "--format=%G? %GS").Trim().Should().Be("G updater@host");
        GitProgram.Run(_scene.Folder, "log", "-1", "--format=%B").Should().StartWith("Deliver 2\n").And.EndWith("Epoch: 2\n\n");
        var manifest = _scene.Layout.ManifestPath(published.Epoch, published.Commit);
        SshProgram.Verifies(_scene.Allowed, "updater@host", "delivery-manifest", File.ReadAllBytes(manifest), manifest + ".sig").Should().BeTrue();
        SshProgram.Verifies(_scene.Allowed, "updater@host", "delivery-manifest", [.. File.ReadAllBytes(manifest), 0], manifest + ".sig").Should().BeFalse();
    }

    [Fact]
    public void Without_a_signer_nothing_is_signed()
    {
        var published = _scene.Publish(1, key: null);

        File.Exists(_scene.Layout.SignaturePath(published.Epoch, published.Commit)).Should().BeFalse();
        GitProgram.Run(_scene.Folder, "for-each-ref", "--format=%(refname)").Trim().Should().Be("refs/heads/main");
        GitProgram.Run(_scene.Folder, "cat-file", "commit", "main").Should().NotContain("gpgsig");
        ((Func<Manifest>)_scene.ReadTrusted).Should().Throw<UntrustedException>().WithMessage("*epoch 1 is not signed: there is no such file.");
    }

    [Fact]
    public void The_signatures_of_the_last_16_generations_travel_and_those_alone()
    {
        for (var n = 1; n <= 18; n++) _scene.Publish(n);

        _scene.Travelling().Select(name => int.Parse(name.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture)).Order().Should().Equal(Enumerable.Range(3, 16));
        var (epoch, commit) = _scene.ReadTrusted() is var live ? (live.Epoch, live.Commit) : default;
        GitProgram.Run(_scene.Folder, "cat-file", "blob", $"{SignedDelivery.SignaturesRef}:{epoch}-{commit.Short}.json.sig").Should().Be(File.ReadAllText(_scene.Layout.SignaturePath(epoch, commit)));
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public void Repacking_collecting_and_packing_refs_keep_the_signatures()
    {
        _scene.Publish(1);
        _scene.Publish(2);
        GitProgram.Run(_scene.Folder, "pack-refs", "--all");
        GitProgram.Run(_scene.Folder, "repack", "-a", "-d", "-q");
        GitProgram.Run(_scene.Folder, "gc", "--prune=now", "-q");

        _scene.Publish(3);

        _scene.Travelling().Should().HaveCount(3);
        foreach (var name in _scene.Travelling()) GitProgram.Run(_scene.Folder, "cat-file", "-e", $"{SignedDelivery.SignaturesRef}:{name}");
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public void A_signature_goes_with_its_manifest()
    {
        for (var n = 1; n <= 6; n++)
        {
            var publisher = new FastDataPublisher(_scene.Folder) { Signer = new SshSigner(_scene["key"]), KeepGenerations = TimeSpan.Zero };
            publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = "Deliver", Models = [SigningScene.Change("news", n)] }, default);
        }
        File.WriteAllText(Path.Combine(_scene.Layout.Manifests, "1-deadbeef.json.sig"), "left by a publish that died");
        _scene.Publish(7);

        var names = Directory.EnumerateFiles(_scene.Layout.Manifests).Select(Path.GetFileName).ToList();
        names.Where(name => name!.EndsWith(".json", StringComparison.Ordinal)).Should().HaveCount(4);
        names.Where(name => name!.EndsWith(".sig", StringComparison.Ordinal)).Select(name => name![..^4]).Should().BeEquivalentTo(names.Where(name => name!.EndsWith(".json", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("lost file")]
    [InlineData("damaged file")]
    [InlineData("lost file and ref")]
    [InlineData("lost ref")]
    [InlineData("garbage in the ref")]
    [InlineData("a ref to nothing")]
    public void What_was_lost_is_back_at_the_next_start(string loss)
    {
        var published = _scene.Publish(1);
        var path = _scene.Layout.SignaturePath(published.Epoch, published.Commit);
        if (loss.StartsWith("lost file", StringComparison.Ordinal)) File.Delete(path);
        if (loss == "damaged file")
        {
            var text = File.ReadAllText(path);
            File.Delete(path);
            File.WriteAllText(path, text.Replace('A', 'B'));
        }
        var reference = Path.Combine(_scene.Layout.Repository, SignedDelivery.SignaturesRef);
        if (loss == "garbage in the ref") File.WriteAllText(reference, "garbage\n");
        if (loss == "a ref to nothing") File.WriteAllText(reference, new string('1', 40) + "\n");
        if (loss.StartsWith("lost", StringComparison.Ordinal) && loss.EndsWith("ref", StringComparison.Ordinal)) GitProgram.Run(_scene.Folder, "update-ref", "-d", SignedDelivery.SignaturesRef);

        _scene.Publisher().ReadTip(default).Epoch.Should().Be(1);

        _scene.ReadTrusted().Epoch.Should().Be(1);
        _scene.Travelling().Should().ContainSingle();
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public void A_lost_file_comes_back_from_the_ref_without_any_key()
    {
        var published = _scene.Publish(1);
        var path = _scene.Layout.SignaturePath(published.Epoch, published.Commit);
        var before = File.ReadAllBytes(path);
        File.Delete(path);

        _scene.Publisher(key: null).ReadTip(default);

        File.ReadAllBytes(path).Should().Equal(before);
    }

    [Fact]
    public void A_generation_that_was_unsigned_is_signed_once_there_is_a_key()
    {
        _scene.Publish(1, key: null);

        _scene.Publisher().ReadTip(default);

        _scene.ReadTrusted().Epoch.Should().Be(1);
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public void A_new_key_signs_the_live_generation_again_so_that_the_old_one_can_go()
    {
        _scene.Publish(1);
        _scene.MakeKey("next");
        _scene.Allow("key", "next");
        _scene.Publisher("next").ReadTip(default);
        _scene.Allow("next");

        _scene.ReadTrusted().Epoch.Should().Be(1);
        _scene.Publish(2, "next");
        _scene.ReadTrusted().Epoch.Should().Be(2);
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public void A_signer_that_cannot_sign_publishes_nothing_and_says_why()
    {
        _scene.Publish(1);
        _scene.MakeKey("ed", "ed25519");
        SshProgram.Run([], "-q", "-t", "ecdsa", "-N", "secret", "-f", _scene["locked"]).ExitCode.Should().Be(0);
        _scene.MakeKey("foreign");

        Failure(new SshSigner(_scene["none"])).Should().Contain("none: there is no such file");
        Failure(new SshSigner(_scene["ed"])).Should().Contain("'ssh-ed25519' are not supported");
        Failure(new SshSigner(_scene["locked"])).Should().Contain("ssh-keygen -q -Y sign").And.Contain("passphrase");
        Failure(new SshSigner(_scene["foreign"]) { AllowedSigners = _scene.Allowed }).Should().Contain("readers would refuse").And.Contain("is not allowed");
        Failure(new SshSigner(_scene["key"]) { Program = "no-such-program" }).Should().Contain("'no-such-program' cannot be started").And.Contain("openssh-client");
        Failure(new SshSigner(_scene["key"]) { Program = _scene.Script("hangs", "sleep 60"), Timeout = TimeSpan.FromMilliseconds(100) }).Should().Contain("was stopped after");
        Failure(new SshSigner(_scene["key"]) { Program = _scene.Script("babbles", "echo garbage") }).Should().Contain("no usable signature");

        FolderState.ShouldBeWhole(_scene.Folder);
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(1);
        GitProgram.Run(_scene.Folder, "rev-list", "--count", "main").Trim().Should().Be("1");

        // The live generation carries the signature of another key than these have, so looking at the tip is enough to try to sign.
        string Failure(SshSigner signer)
        {
            var publisher = new FastDataPublisher(_scene.Folder) { Signer = signer };
            var publish = () => publisher.Publish(new Publication { ExpectedTip = new FastDataPublisher(_scene.Folder).ReadTip(default).Commit, Message = "Deliver", Models = [SigningScene.Change("news", 2)] }, default);
            return publish.Should().Throw<FastDataException>().Which.Message;
        }
    }

    [Fact]
    public void A_key_without_its_public_half_signs()
    {
        File.Delete(_scene["key.pub"]);

        _scene.Publish(1);

        _scene.ReadTrusted().Epoch.Should().Be(1);
    }

    [Fact]
    public void A_key_that_an_agent_holds_signs_by_its_public_half()
    {
        var socket = _scene["agent"];
        File.Copy(_scene["key.pub"], _scene["only.pub"]);
        var sign = _scene.Script("sign.sh", $"SSH_AUTH_SOCK='{socket}' exec ssh-keygen \"$@\"");
        using var agent = System.Diagnostics.Process.Start("ssh-agent", ["-D", "-a", socket]);
        try
        {
            while (!File.Exists(socket)) agent.WaitForExit(5).Should().BeFalse();
            var add = new System.Diagnostics.ProcessStartInfo("ssh-add", ["-q", _scene["key"]]) { Environment = { ["SSH_AUTH_SOCK"] = socket } };
            while (!TryRun(add)) agent.HasExited.Should().BeFalse(); // the socket is there a moment before it is listened to

            new FastDataPublisher(_scene.Folder) { Signer = new SshSigner(_scene["only.pub"]) { Program = sign } }
                .Publish(new Publication { ExpectedTip = null, Message = "Deliver", Models = [SigningScene.Change("news", 1)] }, default).Should().BeOfType<PublishOutcome.Published>();
        }
        finally
        {
            agent.Kill();
        }
        _scene.ReadTrusted().Epoch.Should().Be(1);
    }

    private static bool TryRun(System.Diagnostics.ProcessStartInfo start)
    {
        using var process = System.Diagnostics.Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    [Fact]
    public void A_signature_ref_that_another_git_holds_publishes_nothing()
    {
        _scene.Publish(1);
        var held = Path.Combine(_scene.Layout.Repository, SignedDelivery.SignaturesRef + ".lock");
        File.WriteAllText(held, "");

        var publish = () => _scene.Publish(2);

        publish.Should().Throw<IOException>().WithMessage("*signatures.lock: another git process holds*");
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(1);
        File.Delete(held);
        _scene.Publish(2).Epoch.Should().Be(2);
        FolderState.ShouldBeWhole(_scene.Folder);
    }
}
