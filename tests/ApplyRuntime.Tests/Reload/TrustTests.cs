using System.Text;
using Delivery.FastData;
using Delivery.FastData.Signing;
using Delivery.TestKit;

namespace Delivery.ApplyRuntime.Tests.Reload;

/// <summary>A runtime that asks for signatures, against all that a folder may hold instead of them.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly TemporaryFolder _keys = new();
    private readonly Scene _scene = new();

    public TrustTests()
    {
        SshProgram.MakeKey(_keys["key"]);
        Allow("key");
    }

    private string Allowed => _keys["allowed_signers"];

    public void Dispose()
    {
        _scene.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public void A_signed_generation_is_loaded()
    {
        Publish(1);

        var status = Open().Status;

        (status.State, status.Epoch).Should().Be((RuntimeState.Ready, 1));
        status.Problems.Should().BeEmpty();
    }

    [Theory]
    [InlineData("unsigned", "epoch 2 is not signed: there is no such file")]
    [InlineData("another manifest", "the signature does not fit the manifest")]
    [InlineData("tampered manifest", "the signature does not fit the manifest")]
    [InlineData("changed signature", "signature")]
    [InlineData("garbage", "no usable signature: it does not begin with")]
    [InlineData("huge", "more than 16384 bytes")]
    [InlineData("another purpose", "it was made for 'git'; 'delivery-manifest' was expected")]
    [InlineData("foreign key", "is not allowed: it does not stand in")]
    [InlineData("other type of key", "keys of type 'ssh-ed25519' are not supported")]
    [InlineData("expired key", "it has expired: it was valid until 2020-01-01T00:00:00Z")]
    [InlineData("key not valid yet", "it is not valid yet, but from 2099-01-01T00:00:00Z on")]
    [InlineData("key for git only", "it may sign for 'git' only")]
    [InlineData("no allowed signers", "there is no such file of allowed signers")]
    [InlineData("bad allowed signers", "allowed_signers:1: ")]
    public void What_is_not_signed_as_it_must_be_is_refused_with_its_reason_and_what_is_in_use_stays(string fault, string reason)
    {
        Publish(1);
        using var runtime = Open();
        var pointer = Prepare(2);
        Spoil(fault, pointer);

        var refused = runtime.Refresh();

        (refused.Epoch, refused.State).Should().Be((1, RuntimeState.Ready));
        refused.Problems.Should().ContainSingle().Which.Should().Match<RuntimeProblem>(problem => problem.Model == null && problem.Message.Contains(reason, StringComparison.Ordinal));
        _scene.CountMapped().Should().Be(OperatingSystem.IsLinux() ? 1 : 0, "nothing of it may be loaded");
        Open().Status.Should().Match<RuntimeStatus>(status => status.State == RuntimeState.Waiting && status.Problems.Count == 1);

        Allow("key");
        Publish(3);
        runtime.Refresh().Should().Match<RuntimeStatus>(status => status.Epoch == 3 && status.Problems.Count == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_older_generation_is_refused_though_it_was_rightly_signed_once(bool currentVanishes)
    {
        var first = Publish(1);
        Publish(2);
        using var runtime = Open();
        if (currentVanishes)
        {
            File.Delete(_scene.Builder.Layout.Current);
            runtime.Refresh().Epoch.Should().Be(2);
        }
        _scene.Builder.PointTo(first);

        var status = runtime.Refresh();

        status.Epoch.Should().Be(2);
        status.Problems.Should().ContainSingle().Which.Message.Should().Contain("epoch went back from 2").And.EndWith("Epoch 2 stays in use.");
    }

    [Fact]
    public void A_restart_does_not_forget_the_highest_epoch()
    {
        var first = Publish(1);
        Publish(2);
        Open(state: true).Dispose();
        _scene.Builder.PointTo(first);

        using var restarted = Open(state: true);

        restarted.Status.State.Should().Be(RuntimeState.Waiting);
        restarted.Status.Problems.Should().ContainSingle().Which.Message.Should().Contain("epoch went back from 2, which was seen before").And.Contain(_keys["seen"]);
        Publish(3);
        restarted.Refresh().Epoch.Should().Be(3);
        File.ReadAllText(_keys["seen"]).Should().StartWith("1 3 ");
    }

    [Fact]
    public void A_forged_pointer_with_a_huge_epoch_does_not_lock_out_those_that_follow()
    {
        Publish(1);
        using var runtime = Open(state: true);
        var forged = _scene.Builder.With("news", FolderBuilder.Choosing("news", 3)).Publish(1_000_000);

        runtime.Refresh().Epoch.Should().Be(1);
        Publish(forged.Epoch - 999_998);
        runtime.Refresh().Epoch.Should().Be(2);
    }

    [Fact]
    public void A_state_file_that_cannot_be_used_loads_nothing_and_says_so()
    {
        Publish(1);
        File.WriteAllText(_keys["seen"], "garbage");
        using var runtime = Open(state: true);

        runtime.Status.Problems.Should().ContainSingle().Which.Message.Should().Contain("the highest epoch seen cannot be read");
        runtime.Status.State.Should().Be(RuntimeState.Waiting);
        File.Delete(_keys["seen"]);
        runtime.Refresh().Should().Match<RuntimeStatus>(status => status.Epoch == 1 && status.Problems.Count == 0);
    }

    [Fact]
    public void A_missing_signature_that_comes_later_heals()
    {
        Publish(1);
        using var runtime = Open();
        var pointer = Prepare(2);
        _scene.Builder.PointTo(pointer);
        runtime.Refresh().Epoch.Should().Be(1);

        Sign(pointer);

        runtime.Refresh().Should().Match<RuntimeStatus>(status => status.Epoch == 2 && status.Problems.Count == 0);
    }

    [Fact]
    public void Keys_are_rotated_while_a_reader_follows()
    {
        SshProgram.MakeKey(_keys["next"]);
        Publish(1);
        using var runtime = Open();

        Allow("key", "next");
        Publish(2, "key");
        runtime.Refresh().Epoch.Should().Be(2, "the old key still signs");
        Publish(3, "next");
        runtime.Refresh().Epoch.Should().Be(3, "the new key has taken over");
        Allow("next");
        Publish(4, "next");
        runtime.Refresh().Epoch.Should().Be(4);
        runtime.Status.FailedReloads.Should().Be(0);

        Publish(5, "key");
        runtime.Refresh().Epoch.Should().Be(4, "the old key was withdrawn");
        runtime.Status.Problems.Should().ContainSingle().Which.Message.Should().Contain("is not allowed");
    }

    [Theory]
    [InlineData("fast-data/allowed", null, "AllowedSigners is")]
    [InlineData("", null, "AllowedSigners is empty")]
    [InlineData("allowed", "fast-data/state", "StateFile is")]
    [InlineData("allowed", " ", "StateFile is empty")]
    public void A_policy_that_rests_on_the_folder_itself_is_refused(string allowed, string? state, string problem)
    {
        var root = Path.GetDirectoryName(_scene.Root)!;
        var trust = new TrustPolicy { AllowedSigners = allowed.Length == 0 ? "" : Path.Combine(root, allowed), StateFile = string.IsNullOrWhiteSpace(state) ? state : Path.Combine(root, state) };

        var open = () => _scene.Open(Scene.Mapping with { Trust = trust });

        open.Should().Throw<ArgumentException>().WithMessage($"{problem}*");
    }

    private ModelRuntime Open(bool state = false) =>
        _scene.Open(Scene.Mapping with { Trust = new TrustPolicy { AllowedSigners = Allowed, StateFile = state ? _keys["seen"] : null } });

    private void Allow(params string[] keys) => File.WriteAllLines(Allowed, keys.Select(key => $"updater {SshProgram.PublicKey(_keys[key])}"));

    private CurrentPointer Publish(long epoch, string key = "key")
    {
        var pointer = Prepare(epoch);
        Sign(pointer, key);
        _scene.Builder.PointTo(pointer);
        return pointer;
    }

    private CurrentPointer Prepare(long epoch) => _scene.Builder.With("news", FolderBuilder.Choosing("news", (int)(epoch % 4))).Prepare(epoch);

    private void Sign(CurrentPointer pointer, string key = "key", string purpose = ManifestSignature.Namespace) =>
        File.WriteAllBytes(SignatureOf(pointer), SshProgram.Sign(_keys[key], purpose, File.ReadAllBytes(ManifestOf(pointer))));

    private string ManifestOf(CurrentPointer pointer) => _scene.Builder.Layout.ManifestPath(pointer.Epoch, pointer.Commit);

    private string SignatureOf(CurrentPointer pointer) => _scene.Builder.Layout.SignaturePath(pointer.Epoch, pointer.Commit);

    private void Spoil(string fault, CurrentPointer pointer)
    {
        Sign(pointer);
        var (signature, manifest) = (SignatureOf(pointer), ManifestOf(pointer));
        switch (fault)
        {
            case "unsigned": File.Delete(signature); break;
            case "another manifest": File.WriteAllBytes(signature, SshProgram.Sign(_keys["key"], ManifestSignature.Namespace, [1])); break;
            case "tampered manifest":
                File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\n]}", "\n] }", StringComparison.Ordinal));
                pointer = pointer with { Manifest = ContentHash.Of(File.ReadAllBytes(manifest)) };
                break;
            case "changed signature": File.WriteAllBytes(signature, [.. File.ReadAllBytes(signature).Select((b, i) => i == 330 ? (byte)(b == 'A' ? 'B' : 'A') : b)]); break;
            case "garbage": File.WriteAllText(signature, "garbage"); break;
            case "huge": File.WriteAllBytes(signature, new byte[20_000]); break;
            case "another purpose": Sign(pointer, purpose: "git"); break;
            case "foreign key": SignWithNew(pointer, "ecdsa"); break;
            case "other type of key": SignWithNew(pointer, "ed25519"); break;
            case "expired key": AllowOnly("valid-before=\"20200101Z\""); break;
            case "key not valid yet": AllowOnly("valid-after=\"20990101Z\""); break;
            case "key for git only": AllowOnly("namespaces=\"git\""); break;
            case "no allowed signers": File.Delete(Allowed); break;
            default: File.WriteAllText(Allowed, "nonsense\n", Encoding.ASCII); break;
        }
        _scene.Builder.PointTo(pointer);
    }

    private void SignWithNew(CurrentPointer pointer, string type)
    {
        SshProgram.MakeKey(_keys["foreign"], type);
        Sign(pointer, "foreign");
    }

    private void AllowOnly(string options) => File.WriteAllText(Allowed, $"updater {options} {SshProgram.PublicKey(_keys["key"])}\n");
}
