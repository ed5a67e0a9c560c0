using Delivery.FastData.Git.Mirroring;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Signing;
using Delivery.FastData.Git.Tests.Signing;
using Delivery.FastData.Storage;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Mirroring;

/// <summary>A mirror that checks signatures, against all that a remote may have instead of them. The remote is a repository of this machine, fetched with git.</summary>
public sealed class TrustedMirrorTests : IDisposable
{
    private readonly SigningScene _scene = new();

    public void Dispose() => _scene.Dispose();

    private string Mirror => _scene["mirror"];

    private FolderLayout MirrorLayout => new(Mirror);

    [Fact]
    public async Task Signed_generations_are_adopted_with_their_signatures()
    {
        for (var n = 1; n <= 2; n++)
        {
            var published = _scene.Publish(n);

            (await PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(n);

            SigningScene.ReadTrusted(Mirror, _scene.Allowed).Epoch.Should().Be(n);
            File.ReadAllBytes(MirrorLayout.SignaturePath(n, published.Commit)).Should().Equal(File.ReadAllBytes(_scene.Layout.SignaturePath(n, published.Commit)));
            FolderState.ShouldBeWhole(Mirror);
        }
        (await PollAsync()).Should().BeEquivalentTo(new { Epoch = 2, Warning = (string?)null });
    }

    [Theory]
    [InlineData("unsigned", "is not signed.")]
    [InlineData("unsigned commit", "is not signed.")]
    [InlineData("unsigned manifest", "epoch 2 is not signed: there is no such signature")]
    [InlineData("lost ref", "epoch 2 is not signed: there is no such signature")]
    [InlineData("foreign key", "its signature is refused: ")]
    [InlineData("foreign key of the manifest", "is not allowed: it does not stand in")]
    [InlineData("tampered commit", "its signature is refused: ")]
    [InlineData("signature of another generation", "the signature does not fit the manifest")]
    [InlineData("another purpose", "it was made for 'git'")]
    [InlineData("garbage", "no usable signature")]
    [InlineData("huge", "there is no such signature")]
    [InlineData("expired key", "key has expired")]
    [InlineData("removed key", "its signature is refused: ")]
    [InlineData("key for commits only", "it may sign for 'git' only")]
    [InlineData("no allowed signers", "there is no such file of allowed signers")]
    [InlineData("bad allowed signers", "allowed_signers:1: ")]
    public async Task What_is_not_signed_as_it_must_be_is_refused_with_its_reason_and_the_next_good_generation_is_taken(string fault, string reason)
    {
        _scene.Publish(1);
        using var mirror = new FastDataMirror(Options());
        (await mirror.PollOnceAsync(default)).IsGood.Should().BeTrue();
        _scene.MakeKey("foreign");
        var found = Spoil(fault);

        for (var i = 0; i < 2; i++)
        {
            var refused = (await mirror.PollOnceAsync(default)).Should().BeOfType<MirrorOutcome.Refused>().Subject;
            (refused.Epoch, refused.Found).Should().Be((1, found));
            refused.Reason.Should().Contain(reason);
        }
        FolderState.ReadLiveWhole(Mirror)!.Epoch.Should().Be(1);
        GitProgram.Run(Mirror, "rev-parse", "main").Trim().Should().NotBe(found.Hex);
        File.Exists(MirrorLayout.ManifestPath(2, found)).Should().BeFalse("nothing of it may be prepared");
        FirstContact(await PollAsync(_scene["fresh"]));

        _scene.Allow("key");
        _scene.Publish(3);
        (await mirror.PollOnceAsync(default)).Should().BeOfType<MirrorOutcome.Advanced>();
        SigningScene.ReadTrusted(Mirror, _scene.Allowed).Epoch.Should().Be(new FolderReader(_scene.Layout).ReadCurrent()!.Epoch);
        FolderState.ShouldBeWhole(Mirror);

        static void FirstContact(MirrorOutcome outcome) => outcome.Should().BeOfType<MirrorOutcome.Refused>().Which.Epoch.Should().Be(0, "a mirror that has nothing takes it no more than one that has");
    }

    [Fact]
    public async Task A_lower_epoch_is_refused_though_it_was_rightly_signed_once()
    {
        var first = _scene.Publish(1);
        _scene.Publish(2);
        await PollAsync();
        GitProgram.Run(_scene.Folder, "update-ref", "refs/heads/main", first.Commit.Hex);

        (await PollAsync()).Should().BeOfType<MirrorOutcome.Refused>().Which.Reason.Should().Contain("is epoch 1").And.Contain("higher one than 2");

        SigningScene.ReadTrusted(Mirror, _scene.Allowed).Epoch.Should().Be(2);
    }

    [Fact]
    public async Task A_key_that_has_expired_since_the_commit_counts_no_more()
    {
        _scene.Publish(1);
        await PollAsync();
        _scene.Publish(2);
        AllowOnly($"valid-before=\"{TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1):yyyyMMddHHmmss}Z\"");

        (await PollAsync(time: new Later(TimeSpan.FromHours(2)))).Should().BeOfType<MirrorOutcome.Refused>().Which.Reason.Should().Contain("it has expired: it was valid until");
        (await PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(2);
    }

    [Fact]
    public async Task Of_several_generations_the_newest_is_asked_for_its_signature()
    {
        _scene.Publish(1);
        await PollAsync();
        _scene.Publish(2, key: null);
        _scene.Publish(3);

        (await PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(3, "its commit signs all that is below it");

        SigningScene.ReadTrusted(Mirror, _scene.Allowed).Epoch.Should().Be(3);
    }

    [Fact]
    public async Task A_signature_that_comes_later_is_waited_for()
    {
        _scene.Publish(1);
        await PollAsync();
        var before = GitProgram.Run(_scene.Folder, "rev-parse", SignedDelivery.SignaturesRef).Trim();
        _scene.Publish(2);
        var after = GitProgram.Run(_scene.Folder, "rev-parse", SignedDelivery.SignaturesRef).Trim();
        GitProgram.Run(_scene.Folder, "update-ref", SignedDelivery.SignaturesRef, before);
        (await PollAsync()).Should().BeOfType<MirrorOutcome.Refused>().Which.Epoch.Should().Be(1);

        GitProgram.Run(_scene.Folder, "update-ref", SignedDelivery.SignaturesRef, after);

        (await PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mirror_passes_signatures_on_to_the_next_mirror_whether_it_checks_or_not(bool checks)
    {
        for (var n = 1; n <= 2; n++)
        {
            _scene.Publish(n);
            (await PollAsync(change: options => checks ? options : options with { AllowedSigners = null })).IsGood.Should().BeTrue();
            (await PollAsync(_scene["second"], Mirror)).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(n);
        }

        foreach (var folder in (string[])[Mirror, _scene["second"]])
        {
            SigningScene.ReadTrusted(folder, _scene.Allowed).Epoch.Should().Be(2);
            FolderState.ShouldBeWhole(folder);
        }
    }

    [Fact]
    public async Task A_live_generation_that_is_signed_again_gets_its_new_signature_here_too()
    {
        _scene.Publish(1, key: null);
        (await PollAsync(change: options => options with { AllowedSigners = null })).IsGood.Should().BeTrue();
        (await PollAsync()).Should().BeOfType<MirrorOutcome.UpToDate>().Which.Warning.Should().Contain("Epoch 1 is live here, and readers that check refuse it").And.Contain("is not signed");

        _scene.Publisher().ReadTip(default); // signs what is live
        (await PollAsync()).Should().BeOfType<MirrorOutcome.UpToDate>().Which.Warning.Should().BeNull();
        SigningScene.ReadTrusted(Mirror, _scene.Allowed).Epoch.Should().Be(1);

        _scene.MakeKey("next");
        _scene.Allow("key", "next");
        _scene.Publisher("next").ReadTip(default);
        (await PollAsync()).Should().BeOfType<MirrorOutcome.UpToDate>();
        _scene.Allow("next");
        SigningScene.ReadTrusted(Mirror, _scene.Allowed).Epoch.Should().Be(1, "the old key is gone, and the new one has signed");
        FolderState.ShouldBeWhole(Mirror);
    }

    [Fact]
    public async Task A_foreign_signature_of_what_is_live_is_not_taken_over()
    {
        var first = _scene.Publish(1);
        await PollAsync();
        var before = File.ReadAllBytes(MirrorLayout.SignaturePath(1, first.Commit));
        _scene.MakeKey("foreign");
        Travel(first, SshProgram.Sign(_scene["foreign"], "delivery-manifest", File.ReadAllBytes(_scene.Layout.ManifestPath(1, first.Commit))));

        (await PollAsync()).Should().BeOfType<MirrorOutcome.UpToDate>().Which.Warning.Should().BeNull();

        File.ReadAllBytes(MirrorLayout.SignaturePath(1, first.Commit)).Should().Equal(before);
    }

    [Theory]
    [InlineData("garbage\n")]
    [InlineData("1111111111111111111111111111111111111111\n")]
    [InlineData("")]
    public async Task A_ref_of_signatures_that_is_damaged_here_is_fetched_again(string content)
    {
        _scene.Publish(1);
        await PollAsync();
        File.WriteAllText(Path.Combine(MirrorLayout.Repository, SignedDelivery.SignaturesRef), content);
        _scene.Publish(2);

        (await PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(2);

        FolderState.ShouldBeWhole(Mirror);
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.Fail)]
    public async Task An_adoption_that_dies_anywhere_leaves_a_signed_generation(Fault fault)
    {
        _scene.Publish(1);
        await PollAsync();
        var second = _scene.Publish(2);
        var points = 0;
        for (var at = 1; ; at++)
        {
            var folder = _scene[$"{fault}-{at}"];
            TemporaryFolder.Copy(Mirror, folder);
            var disk = new FaultyDisk(at, fault);
            var failure = await Record.ExceptionAsync(() => PollAsync(folder, disk: disk));
            if (!disk.Happened) break;

            points++;
            SigningScene.ReadTrusted(folder, _scene.Allowed).Epoch.Should().BeOneOf([1L, 2L], "operation {0}, {1}", at, failure?.Message);
            (await PollAsync(folder)).Should().Match<MirrorOutcome>(outcome => outcome.IsGood && outcome.Epoch == 2, "operation {0}, {1}", at, failure?.Message);
            SigningScene.ReadTrusted(folder, _scene.Allowed).Commit.Should().Be(second.Commit, "operation {0}", at);
            FolderState.ShouldBeWhole(folder);
            Directory.Delete(folder, recursive: true);
        }
        points.Should().BeGreaterThan(30);
    }

    [Fact]
    public void Options_that_rest_on_the_folder_itself_or_fetch_no_signatures_are_refused()
    {
        (Options() with { AllowedSigners = Path.Combine(Mirror, "allowed") }).Problems().Should().ContainSingle().Which.Should().Contain("must not stand in the fast-data folder");
        (Options() with { AlsoFetch = [] }).Problems().Should().ContainSingle().Which.Should().Contain(SignedDelivery.SignaturesRef);
    }

    private FastDataMirrorOptions Options(string? folder = null, string? from = null) =>
        new() { From = from ?? _scene.Folder, Folder = folder ?? Mirror, AllowedSigners = _scene.Allowed, LockTimeout = TimeSpan.FromMinutes(1) };

    private async Task<MirrorOutcome> PollAsync(string? folder = null, string? from = null, Func<FastDataMirrorOptions, FastDataMirrorOptions>? change = null, IDisk? disk = null, TimeProvider? time = null)
    {
        using var mirror = new FastDataMirror((change ?? (options => options))(Options(folder, from)), time, disk);
        return await mirror.PollOnceAsync(default);
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }

    private CommitId Spoil(string fault)
    {
        switch (fault)
        {
            case "unsigned": return _scene.Publish(2, key: null).Commit;
            case "foreign key": return _scene.Publish(2, "foreign").Commit;
            case "unsigned commit": return Replace(_scene.Publish(2), text => text[..text.IndexOf("gpgsig", StringComparison.Ordinal)] + text[(text.IndexOf("-----END SSH SIGNATURE-----\n", StringComparison.Ordinal) + "-----END SSH SIGNATURE-----\n".Length)..]);
            case "tampered commit": return Replace(_scene.Publish(2), text => text.Replace("Deliver 2", "Deliver 9", StringComparison.Ordinal));
            default: break;
        }
        var published = _scene.Publish(2);
        var manifest = File.ReadAllBytes(_scene.Layout.ManifestPath(2, published.Commit));
        switch (fault)
        {
            case "unsigned manifest": Travel(published, null); break;
            case "lost ref": GitProgram.Run(_scene.Folder, "update-ref", "-d", SignedDelivery.SignaturesRef); break;
            case "foreign key of the manifest": Travel(published, SshProgram.Sign(_scene["foreign"], "delivery-manifest", manifest)); break;
            case "signature of another generation": Travel(published, SshProgram.Sign(_scene["key"], "delivery-manifest", [.. manifest, 0])); break;
            case "another purpose": Travel(published, SshProgram.Sign(_scene["key"], "git", manifest)); break;
            case "garbage": Travel(published, "garbage"u8.ToArray()); break;
            case "huge": Travel(published, new byte[20_000]); break;
            case "expired key": AllowOnly("valid-before=\"20200101Z\""); break;
            case "removed key": _scene.Allow("foreign"); break;
            case "key for commits only": AllowOnly("namespaces=\"git\""); break;
            case "no allowed signers": File.Delete(_scene.Allowed); break;
            default: File.WriteAllText(_scene.Allowed, "nonsense\n"); break;
        }
        return published.Commit;
    }

    private void AllowOnly(string options) => File.WriteAllText(_scene.Allowed, $"updater {options} {SshProgram.PublicKey(_scene["key"])}\n");

    // Another signature of this generation in the ref; null for none.
    private void Travel(PublishOutcome.Published published, byte[]? signature)
    {
        var name = FolderLayout.ManifestFileName(published.Epoch, published.Commit) + FolderLayout.SignatureSuffix;
        File.WriteAllBytes(_scene["signature"], signature ?? []);
        var blob = GitProgram.Run(_scene.Folder, "hash-object", "-w", _scene["signature"]).Trim();
        var others = _scene.Travelling().Where(other => other != name).Select(other => (other, GitProgram.Run(_scene.Folder, "rev-parse", $"{SignedDelivery.SignaturesRef}:{other}").Trim()));
        var entries = signature is null ? others : others.Append((name, blob));
        var tree = GitObject.Of(GitObjectType.Tree, TreeEditor.Edit([], entries.Select(entry => KeyValuePair.Create(entry.Item1, (GitId?)new GitId(entry.Item2)))));
        File.WriteAllBytes(_scene["tree"], tree.Content.ToArray());
        GitProgram.Run(_scene.Folder, "hash-object", "-t", "tree", "-w", _scene["tree"]);
        GitProgram.Run(_scene.Folder, "update-ref", SignedDelivery.SignaturesRef, tree.Id.Hex);
    }

    // What somebody who can write to the remote but has no key makes of a signed generation.
    private CommitId Replace(PublishOutcome.Published published, Func<string, string> change)
    {
        File.WriteAllText(_scene["commit"], change(GitProgram.Run(_scene.Folder, "cat-file", "commit", published.Commit.Hex)));
        var forged = CommitId.Parse(GitProgram.Run(_scene.Folder, "hash-object", "-t", "commit", "-w", _scene["commit"]).Trim());
        GitProgram.Run(_scene.Folder, "update-ref", "refs/heads/main", forged.Hex);
        File.Delete(_scene.Layout.Current); // or the writer says that history went elsewhere
        return forged;
    }
}
