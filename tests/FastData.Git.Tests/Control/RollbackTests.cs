using Delivery.FastData.Git.Control;
using Delivery.Models;
using Delivery.TestKit;
using static Delivery.FastData.Git.Tests.Control.ControlScene;

namespace Delivery.FastData.Git.Tests.Control;

public sealed class RollbackTests : IDisposable
{
    private readonly ControlScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_rollback_is_a_new_epoch_with_the_old_file_and_the_old_card()
    {
        var first = _scene.Deliver((News, 1), (Video, 1));
        var second = _scene.Deliver((News, 2), (Video, 2));

        var done = _scene.Done(_scene.Control.Rollback(News, new VersionTarget.Commit(first), Because("clicks fell"), default));

        (done.Epoch, _scene.Live()).Should().Be((3, "news=1 video=2"));
        done.Moves.Should().Equal(new ModelMove(News, Content(News, 2), Content(News, 1)));
        _scene.Git("log", "-1", "--format=%an <%ae>%n%B").TrimEnd().Should().Be(
            $"""
            ann <ann@host>
            Roll back news to {first.Short}

            Reason: clicks fell

            news: {Content(News, 2).Hex[..8]} -> {Content(News, 1).Hex[..8]}

            Action: rollback
            Model: news
            To: {first}
            By: ann <ann@host>
            Epoch: 3
            """.ReplaceLineEndings("\n"));
        _scene.Git("log", "-1", "--format=%(trailers:key=Action,valueonly)").Trim().Should().Be("rollback");
        _scene.Git("show", "main:models/news.json").Should().Be(_scene.Git("show", $"{first}:models/news.json"));
        _scene.Git("rev-parse", "main~1").Trim().Should().Be(second.Hex, "history is not rewritten");
        _scene.Git("log", "--format=%s", "--", "models/news.json").Split('\n')[0].Should().StartWith("Roll back news");
    }

    [Fact]
    public void What_is_rolled_back_from_goes_to_quarantine_and_what_comes_back_leaves_it()
    {
        var first = _scene.Deliver((News, 1));
        var second = _scene.Deliver((News, 2));

        _scene.Done(_scene.Control.Rollback(News, new VersionTarget.Commit(first), Because("clicks fell"), default));
        var after = Quarantine.Read(_scene.Tip());
        _scene.Done(_scene.Control.Rollback(News, new VersionTarget.Commit(second), Because("it was the weather"), default));

        after.Should().Equal(new QuarantinedContent(News, Content(News, 2), _scene.Time.GetUtcNow(), $"rolled back to {first.Short} by ann: clicks fell"));
        Quarantine.Read(_scene.Tip()).Select(entry => entry.Content).Should().Equal(Content(News, 1));
    }

    [Fact]
    public void Steps_count_versions_of_the_model_and_go_on_from_a_rollback()
    {
        _scene.Deliver((News, 1));
        _scene.Deliver((Video, 1));
        _scene.Deliver((News, 2), (Video, 2));
        _scene.Deliver((Video, 3));
        _scene.Deliver((News, 3));
        _scene.Deliver((News, 4));

        _scene.Done(Back(2));
        _scene.Live().Should().Be("news=2 video=3");
        _scene.Deliver((News, 5));
        _scene.Done(Back(1));
        _scene.Live().Should().Be("news=2 video=3", "that is what stood there before");
        _scene.Done(Back(1));

        _scene.Live().Should().Be("news=1 video=3", "one step back from a version that came back is its own predecessor");
        Back(1).Should().Be(new ControlOutcome.Refused("'news' has 0 earlier versions; 1 back was asked for."));

        ControlOutcome Back(int steps) => _scene.Control.Rollback(News, new VersionTarget.Steps(steps), Because("still bad"), default);
    }

    [Fact]
    public void All_models_become_those_of_the_commit()
    {
        var maps = ModelName.Parse("maps");
        var first = _scene.Deliver((News, 1), (Video, 1));
        _scene.Deliver((News, 2), (maps, 1));
        _scene.Done(_scene.Control.Retire(Video, Because("the wizard is gone"), default));

        var done = _scene.Done(_scene.Control.Rollback(null, new VersionTarget.Commit(first), Because("broken holdout"), default));

        _scene.Live().Should().Be("news=1 video=1");
        _scene.Git("rev-parse", "main:models").Should().Be(_scene.Git("rev-parse", $"{first}:models"), "the tree is the same, cards included");
        done.Moves.Should().Equal(
            new ModelMove(maps, Content(maps, 1), null), new ModelMove(News, Content(News, 2), Content(News, 1)), new ModelMove(Video, null, Content(Video, 1)));
        Retired.Read(_scene.Tip()).Should().BeEmpty();
        Quarantine.Read(_scene.Tip()).Select(entry => (entry.Name, entry.Content)).Should().Equal((maps, Content(maps, 1)), (News, Content(News, 2)));
        _scene.Git("log", "-1", "--format=%B").Should().StartWith($"Roll back all models to {first.Short}\n")
            .And.Contain($"\nmaps: removed, was {Content(maps, 1).Hex[..8]}\n").And.Contain($"\nvideo: back, {Content(Video, 1).Hex[..8]}\n").And.Contain("\nModels: all\n");
    }

    [Fact]
    public void Steps_of_all_models_count_what_changed_models()
    {
        _scene.Deliver((News, 1));
        _scene.Deliver((News, 2));
        _scene.Done(_scene.Control.Pin(News, null, Because("a look", _scene.In(TimeSpan.FromHours(1))), default));
        _scene.Done(_scene.Control.Unpin(News, Because(null), default));

        _scene.Done(_scene.Control.Rollback(null, new VersionTarget.Steps(1), Because("bad"), default));

        _scene.Live().Should().Be("news=1");
    }

    [Fact]
    public void A_thousand_models_go_back_at_once()
    {
        var names = Enumerable.Range(0, 1000).Select(i => ModelName.Parse($"model_{i:0000}")).ToList();
        var first = _scene.Deliver([.. names.Select(name => (name, 1))]);
        _scene.Deliver([.. names.Select(name => (name, 2))]);

        var done = _scene.Done(_scene.Control.Rollback(null, new VersionTarget.Steps(1), Because("bad"), default));

        done.Moves.Should().HaveCount(1000);
        _scene.Git("rev-parse", "main:models").Should().Be(_scene.Git("rev-parse", $"{first}:models"));
    }

    [Fact]
    public void With_an_end_what_comes_back_is_pinned_until_then()
    {
        var first = _scene.Deliver((News, 1), (Video, 1));
        _scene.Deliver((News, 2));
        var until = _scene.In(TimeSpan.FromHours(2));

        _scene.Done(_scene.Control.Rollback(News, new VersionTarget.Commit(first), Because("hold it", until), default));

        Pins.Read(_scene.Tip()).Should().Equal(new Pin(News, Content(News, 1), first, new ControlOrder(_scene.Time.GetUtcNow(), until, Ann, "hold it")));
        _scene.Git("log", "-1", "--format=%(trailers:key=Until,valueonly)").Trim().Should().Be(until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
    }

    [Fact]
    public void With_an_end_a_rollback_of_all_pins_all_that_is_delivered_then()
    {
        _scene.Deliver((News, 1), (Video, 1));
        _scene.Deliver((News, 2), (ModelName.Parse("maps"), 1));

        _scene.Done(_scene.Control.Rollback(null, new VersionTarget.Steps(1), Because("hold it", _scene.In(TimeSpan.FromHours(2))), default));

        Pins.Read(_scene.Tip()).Select(pin => (pin.Name, pin.Content)).Should().Equal((News, Content(News, 1)), (Video, Content(Video, 1)));
    }

    [Fact]
    public void A_pin_follows_its_model_and_is_told()
    {
        _scene.Deliver((News, 1));
        _scene.Deliver((News, 2));
        _scene.Done(_scene.Control.Pin(News, null, Because("known to be good"), default));

        var done = _scene.Done(_scene.Control.Rollback(News, new VersionTarget.Steps(1), Because("it was not"), default));

        Pins.Read(_scene.Tip()).Single().Content.Should().Be(Content(News, 1), "a pin holds what is live");
        done.Notes.Should().ContainSingle().Which.Should().StartWith("'news' stays pinned since ");
    }

    [Fact]
    public void A_rollback_to_what_is_live_makes_no_commit()
    {
        var first = _scene.Deliver((News, 1));
        _scene.Deliver((Video, 1));

        _scene.Control.Rollback(News, new VersionTarget.Commit(first), Because("slip"), default).Should().Be(new ControlOutcome.Refused($"'news' is as of commit {first.Short} already; no commit was made."));
        _scene.Control.Rollback(Video, new VersionTarget.Commit(first), Because("slip"), default).Should().Be(new ControlOutcome.Refused($"Commit {first.Short} delivers no model 'video'."));
        _scene.Commits().Should().Be(2);
    }

    [Fact]
    public void A_commit_that_is_not_in_the_line_of_main_is_refused()
    {
        _scene.Deliver((News, 1));
        var tree = _scene.Git("rev-parse", "main^{tree}").Trim();
        var foreign = CommitId.Parse(_scene.Git("-c", "user.name=eve", "-c", "user.email=e@e", "commit-tree", tree, "-m", "foreign").Trim());

        var act = () => _scene.Control.Rollback(News, new VersionTarget.Commit(foreign), Because("trick"), default);

        act.Should().Throw<FastDataException>().WithMessage($"Commit {foreign} is no generation of this folder*");
        _scene.Commits().Should().Be(1);
    }

    [Fact]
    public void Weights_that_history_no_longer_has_change_nothing()
    {
        var first = _scene.Deliver((News, 1), (Video, 1));
        _scene.Deliver((News, 2), (Video, 2));
        Lose(_scene.Git("rev-parse", $"{first}:models/news.pb").Trim());

        var act = () => _scene.Control.Rollback(null, new VersionTarget.Commit(first), Because("bad"), default);

        act.Should().Throw<FastDataException>().WithMessage($"History no longer has the weights of 'news' as of commit {first.Short}; nothing was changed.*objects/info/alternates*");
        (_scene.Commits(), _scene.Live()).Should().Be((2, "news=2 video=2"));
    }

    [Fact]
    public void A_reason_is_needed_and_an_end_lies_ahead()
    {
        _scene.Deliver((News, 1));

        var silent = () => _scene.Control.Rollback(News, new VersionTarget.Steps(1), Because(" \n"), default);
        var late = () => _scene.Control.Rollback(News, new VersionTarget.Steps(1), Because("late", _scene.Time.GetUtcNow()), default);

        silent.Should().Throw<ArgumentException>().WithMessage("A reason is needed.*");
        late.Should().Throw<ArgumentException>().WithMessage("The end * is past.*");
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.Fail)]
    public void A_rollback_that_dies_anywhere_leaves_what_was_live_or_what_was_wanted(Fault fault)
    {
        // Every fourth operation: a rollback is a publish, of which each one is enumerated.
        for (var at = 1; ; at += 4)
        {
            using var scene = new ControlScene();
            scene.Deliver((News, 1), (Video, 1));
            scene.Deliver((News, 2), (Video, 2));
            var disk = new FaultyDisk(at, fault);
            _ = Record.Exception(() => new FastDataControl(scene.Publisher(disk), scene.Time).Rollback(null, new VersionTarget.Steps(1), Because("bad"), default));
            if (!disk.Happened) break;

            scene.Live().Should().BeOneOf(["news=1 video=1", "news=2 video=2"], "operation {0}", at);
            scene.Tip().Epoch.Should().BeInRange(2, 3);
            FolderState.ShouldBeWhole(scene.Folder);
        }
    }

    // As a retention that moved them away: git writes the rest into new packs, without this object.
    private void Lose(string blob)
    {
        var packs = Path.Combine(_scene.Folder, ".git", "objects", "pack");
        var keep = Path.Combine(_scene.Folder, "..", "kept");
        Directory.CreateDirectory(keep);
        foreach (var pack in Directory.GetFiles(packs, "*.pack"))
        {
            File.SetAttributes(pack, FileAttributes.Normal);
            File.Move(pack, Path.Combine(keep, Path.GetFileName(pack)));
            var index = Path.ChangeExtension(pack, ".idx");
            File.SetAttributes(index, FileAttributes.Normal);
            File.Delete(index);
        }
        foreach (var pack in Directory.GetFiles(keep, "*.pack"))
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("git", ["-C", _scene.Folder, "unpack-objects", "-q"]) { UseShellExecute = false, RedirectStandardInput = true })!;
            using (var content = File.OpenRead(pack)) content.CopyTo(process.StandardInput.BaseStream);
            process.StandardInput.Close();
            process.WaitForExit();
            process.ExitCode.Should().Be(0);
        }
        var lost = Path.Combine(_scene.Folder, ".git", "objects", blob[..2], blob[2..]);
        File.SetAttributes(lost, FileAttributes.Normal);
        File.Delete(lost);
    }
}
