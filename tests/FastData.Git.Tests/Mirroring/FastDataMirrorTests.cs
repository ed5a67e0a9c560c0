using Delivery.FastData.Git.Mirroring;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Mirroring;

public sealed class FastDataMirrorTests : IDisposable
{
    private readonly MirrorScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task First_contact_takes_the_newest_generation_and_no_more_of_the_history()
    {
        for (var n = 1; n <= 4; n++) _scene.Publish(n);

        var outcome = await _scene.PollAsync();

        outcome.Should().BeOfType<MirrorOutcome.Advanced>().Which.Should().BeEquivalentTo(new { Epoch = 4, Models = 3, ChangedModels = 3, Warning = (string?)null });
        _scene.ShouldServeWhatTheRemoteDoes();
        GitProgram.Run(_scene.Folder, "rev-list", "--count", "main").Trim().Should().Be("1");
    }

    [Fact]
    public async Task Later_polls_take_what_is_newer_and_read_only_what_changed()
    {
        _scene.Publish(1);
        using var mirror = new FastDataMirror(_scene.Options());
        await mirror.PollOnceAsync(default);
        (await mirror.PollOnceAsync(default)).Should().BeOfType<MirrorOutcome.UpToDate>().Which.Epoch.Should().Be(1);

        _scene.Publish(2);
        _scene.Publish(3);
        var outcome = await mirror.PollOnceAsync(default);

        outcome.Should().BeOfType<MirrorOutcome.Advanced>().Which.Should().BeEquivalentTo(new { Epoch = 3, Models = 3, ChangedModels = 2 });
        _scene.ShouldServeWhatTheRemoteDoes();
        mirror.Status.Should().BeEquivalentTo(new { Epoch = 3, ConsecutiveFailures = 0, From = _scene.Remote, Branch = "main" });
        new FastDataHistory(_scene.Folder).ReadControl(outcome.Commit!.Value).Keys.Should().Equal("quarantine.json");
    }

    [Fact]
    public async Task A_model_that_the_remote_retires_goes_here_too()
    {
        var tip = _scene.Publish(1);
        await _scene.PollAsync();
        _scene.Writer.Publish(new Publication { ExpectedTip = tip, Message = "Retire b", Removed = [Models.ModelName.Parse("b")] }, default);

        await _scene.PollAsync();

        _scene.ShouldServeWhatTheRemoteDoes();
        FolderState.ReadLiveWhole(_scene.Folder)!.Models.Select(model => model.Name.Value).Should().Equal("a", "same");
    }

    [Fact]
    public async Task A_rollback_travels_as_a_new_epoch()
    {
        _scene.Publish(1);
        _scene.Publish(2);
        await _scene.PollAsync();
        _scene.Publish(1); // old content, new epoch

        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.Advanced>().Which.Epoch.Should().Be(3);

        _scene.ShouldServeWhatTheRemoteDoes();
        FolderState.ReadLiveWhole(_scene.Folder)!.Models[0].Content.Should().Be(ContentHash.Of(TestModels.Linear("a", 1)));
    }

    [Theory]
    [InlineData(2)] // still in the mirror's history
    [InlineData(1)] // behind its boundary
    public async Task A_remote_that_went_back_is_refused_and_the_newer_generation_stays(int backTo)
    {
        var commits = Enumerable.Range(1, 2).Select(n => _scene.Publish(n)).ToList();
        await _scene.PollAsync();
        var newest = _scene.Publish(3);
        await _scene.PollAsync();
        _scene.Git("update-ref", "refs/heads/main", commits[backTo - 1].Hex);

        var outcome = await _scene.PollAsync();

        var refused = outcome.Should().BeOfType<MirrorOutcome.Refused>().Subject;
        (refused.Epoch, refused.Commit, refused.Found).Should().Be((3, newest, commits[backTo - 1]));
        refused.Reason.Should().Contain($"is epoch {backTo}").And.Contain("higher one than 3").And.Contain("new epoch");
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(3);

        _scene.Git("update-ref", "refs/heads/main", newest.Hex);
        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.UpToDate>();
    }

    [Fact]
    public async Task A_rewritten_history_is_refused_even_with_a_higher_epoch_and_dropped_in_time()
    {
        _scene.Publish(1);
        var kept = _scene.Publish(2);
        await _scene.PollAsync();
        var other = new FastDataPublisher(_scene["other"]);
        for (var n = 1; n <= 5; n++) other.Publish(new Publication { ExpectedTip = other.ReadTip(default).Commit, Message = $"Other {n}", Models = [MirrorScene.Change("a", 10 + n)] }, default);

        var outcome = await _scene.PollAsync(_scene["other"]);

        outcome.Should().BeOfType<MirrorOutcome.Refused>().Which.Reason.Should().Contain("(epoch 5) does not descend from").And.Contain(kept.Hex).And.Contain("rewritten");
        FolderState.ReadLiveWhole(_scene.Folder)!.Commit.Should().Be(kept);
        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.UpToDate>("the true remote is followed on");
    }

    [Fact]
    public async Task What_was_refused_is_not_looked_at_again_until_the_remote_has_something_else()
    {
        _scene.Publish(1);
        using var mirror = new FastDataMirror(_scene.Options());
        await mirror.PollOnceAsync(default);
        var tip = _scene.Git("rev-parse", "main").Trim();
        _scene.Git("update-ref", "refs/heads/main", CommitOf("stray", tip));

        var first = (MirrorOutcome.Refused)await mirror.PollOnceAsync(default);
        var second = (MirrorOutcome.Refused)await mirror.PollOnceAsync(default);
        _scene.Git("update-ref", "refs/heads/main", tip);
        _scene.Publish(2);

        first.Reason.Should().Contain("carries no epoch");
        second.Reason.Should().Be(first.Reason);
        mirror.Status.ConsecutiveFailures.Should().Be(2);
        (await mirror.PollOnceAsync(default)).Should().BeOfType<MirrorOutcome.Advanced>();
        mirror.Status.ConsecutiveFailures.Should().Be(0);
    }

    [Theory]
    [InlineData("README.md", "holds 'README.md'")]
    [InlineData("models/no name.pb", "holds models/no name.pb")]
    [InlineData("models/lonely.json", "a card of 'lonely' and no such model")]
    [InlineData("models/bad.pb", "models/bad.pb: ")]
    [InlineData("control/run.sh", "holds control/run.sh")]
    [InlineData("models/deep/x.pb", "plain file was expected")]
    public async Task A_tree_that_is_not_a_generation_is_refused(string path, string reason)
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        PushWith(path, "no model");

        var outcome = await _scene.PollAsync();

        outcome.Should().BeOfType<MirrorOutcome.Refused>().Which.Reason.Should().Contain(reason);
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(1);
        Directory.EnumerateFiles(new FolderLayout(_scene.Folder).Models).Should().HaveCount(3, "nothing of it was written");
    }

    [Fact]
    public async Task A_check_decides_before_anything_is_written()
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        var second = _scene.Publish(2);
        IncomingGeneration? seen = null;
        var mayPass = false;
        ValueTask<string?> Check(IncomingGeneration incoming, CancellationToken cancellationToken)
        {
            seen = incoming;
            return ValueTask.FromResult(mayPass ? null : "not signed by anybody known.");
        }

        using var mirror = new FastDataMirror(_scene.Options() with { Checks = [Check] });
        var refused = await mirror.PollOnceAsync(default);

        refused.Should().BeOfType<MirrorOutcome.Refused>().Which.Reason.Should().EndWith("not signed by anybody known.");
        seen!.Should().BeEquivalentTo(new { Epoch = 2, ReplacesEpoch = 1, ChangedModels = 2, Folder = _scene.Folder });
        seen!.Manifest.ToBytes().Should().Equal(File.ReadAllBytes(new FolderLayout(_scene.Remote).ManifestPath(2, second)));
        FolderState.ReadLiveWhole(_scene.Folder)!.Epoch.Should().Be(1);

        mayPass = true;
        (await mirror.PollOnceAsync(default)).Should().BeOfType<MirrorOutcome.Advanced>("a check is asked anew each time");
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Fact]
    public async Task A_canary_branch_is_followed_and_left_again()
    {
        _scene.Publish(1);
        var main = _scene.Publish(2);
        _scene.Git("update-ref", "refs/heads/canary", main.Hex);
        _scene.Git("update-ref", "refs/heads/main", _scene.Git("rev-parse", "main~1").Trim());

        (await _scene.PollAsync(change: options => options with { Branch = "canary" })).Epoch.Should().Be(2);
        (await _scene.PollAsync(folder: _scene["stable"])).Epoch.Should().Be(1);
        _scene.Git("update-ref", "refs/heads/main", main.Hex);
        (await _scene.PollAsync()).Should().BeOfType<MirrorOutcome.UpToDate>("ancestry decides, not the branch's name").Which.Epoch.Should().Be(2);
    }

    [Fact]
    public async Task A_folder_that_somebody_publishes_into_is_not_taken_over()
    {
        _scene.Publish(1);
        var local = new FastDataPublisher(_scene.Folder);
        local.Publish(new Publication { ExpectedTip = null, Message = "Local", Models = [MirrorScene.Change("a", 9)] }, default);

        var poll = () => _scene.PollAsync();

        (await poll.Should().ThrowAsync<FastDataException>()).WithMessage("*somebody publishes into this folder*");
        FolderState.ShouldBeWhole(_scene.Folder);
        File.Exists(MirrorRecord()).Should().BeFalse();
    }

    [Fact]
    public async Task Nobody_publishes_into_a_mirror()
    {
        var tip = _scene.Publish(1);
        await _scene.PollAsync();

        var publish = () => new FastDataPublisher(_scene.Folder).Publish(new Publication { ExpectedTip = tip, Message = "Local", Models = [MirrorScene.Change("a", 9)] }, default);

        publish.Should().Throw<FastDataException>().WithMessage($"*follows {_scene.Remote}*");
        File.Delete(MirrorRecord());
        publish().Should().BeOfType<PublishOutcome.Published>("without its record it is a folder like any other");
        FolderState.ShouldBeWhole(_scene.Folder);
    }

    [Fact]
    public async Task Recovery_walks_no_further_than_the_history_goes()
    {
        for (var n = 1; n <= 3; n++) _scene.Publish(n);
        await _scene.PollAsync();
        var keep = Path.Combine(_scene.Folder, ".git", "objects", "pack", "pack-0123456789.keep");
        await File.WriteAllTextAsync(keep, $"delivery {new string('1', 40)}\n"); // as a publish that died leaves it

        new FastDataPublisher(_scene.Folder).ReadTip(default).Epoch.Should().Be(3);

        File.Exists(keep).Should().BeFalse();
        _scene.ShouldServeWhatTheRemoteDoes();
    }

    [Fact]
    public async Task The_remote_may_move_to_another_address_with_the_same_history()
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        GitProgram.Run(_scene.Root, "clone", "--quiet", "--bare", _scene.Remote, _scene["moved.git"]);

        (await _scene.PollAsync(_scene["moved.git"])).Should().BeOfType<MirrorOutcome.UpToDate>();

        (await File.ReadAllTextAsync(MirrorRecord())).Should().Be($"1 main {_scene["moved.git"]}\n");
    }

    [Fact]
    public async Task A_mirror_can_follow_a_mirror()
    {
        for (var n = 1; n <= 3; n++) _scene.Publish(n);
        await _scene.PollAsync();

        await _scene.PollAsync(_scene.Folder, _scene["second"]);
        _scene.Publish(4);
        await _scene.PollAsync();
        (await _scene.PollAsync(_scene.Folder, _scene["second"])).Epoch.Should().Be(4);

        _scene.ShouldServeWhatTheRemoteDoes(_scene["second"]);
    }

    [Fact]
    public async Task Two_mirrors_that_would_follow_each_other_are_refused()
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        await _scene.PollAsync(_scene.Folder, _scene["second"]);

        var back = () => _scene.PollAsync(_scene["second"], _scene.Folder);

        (await back.Should().ThrowAsync<FastDataException>()).WithMessage("*follows*itself*");
        (await _scene.PollAsync()).Epoch.Should().Be(1);
    }

    [Fact]
    public async Task Other_refs_come_along_where_the_remote_has_them()
    {
        _scene.Publish(1);
        await _scene.PollAsync();
        var blob = _scene.Git("hash-object", "-w", Path.Combine(_scene.Remote, "CURRENT")).Trim();
        _scene.Git("update-ref", "refs/delivery/signatures", blob);
        _scene.Publish(2);

        await _scene.PollAsync();

        GitProgram.Run(_scene.Folder, "rev-parse", "refs/delivery/signatures").Trim().Should().Be(blob);
    }

    private string MirrorRecord() => Path.Combine(_scene.Folder, ".git", "delivery-mirror");

    private string CommitOf(string message, string parent) =>
        _scene.Git("-c", "user.name=x", "-c", "user.email=x@localhost", "commit-tree", "main^{tree}", "-p", parent, "-m", message).Trim();

    private void PushWith(string path, string content)
    {
        var work = _scene["work"];
        GitProgram.Run(_scene.Root, "clone", "--quiet", "--no-local", _scene.Remote, work);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(work, path))!);
        File.WriteAllText(Path.Combine(work, path), content);
        GitProgram.Run(work, "add", "-A");
        GitProgram.Run(work, "-c", "user.name=x", "-c", "user.email=x@localhost", "commit", "--quiet", "-m", "By hand\n\nEpoch: 2");
        GitProgram.Run(work, "push", "--quiet", "origin", "HEAD:main");
    }
}
