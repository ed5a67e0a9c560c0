using System.Text;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests;

public sealed class FastDataPublisherTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly ManualTime _time = new();

    private string Folder => _temporary["fast-data"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_first_publish_makes_a_folder_that_git_and_readers_accept()
    {
        Publish("Deliver 2 models\n\nnews: new\nvideo: new\n\nCycle: 1", Change("news", 1), Change("video", 2)).Should().BeOfType<PublishOutcome.Published>();

        FolderState.ShouldBeWhole(Folder);
        FolderState.ReadLiveWhole(Folder)!.Models.Select(model => model.Name.Value).Should().Equal("news", "video");
        GitProgram.Run(Folder, "log", "-1", "--format=%B").Should().StartWith("Deliver 2 models\n").And.Contain("Cycle: 1\nEpoch: 1\n");
        GitProgram.Run(Folder, "log", "-1", "--format=%(trailers:key=Epoch,valueonly)").Trim().Should().Be("1");
        GitProgram.Run(Folder, "log", "-1", "--name-status", "--format=").Should().Contain("A\tmodels/news.pb").And.Contain("A\tmodels/video.json");
    }

    [Fact]
    public void The_bytes_in_history_are_those_that_are_live()
    {
        Publish("Deliver", Change("news", 1));

        var live = FolderState.ReadLiveWhole(Folder)!.Models.Single();
        var history = new FastDataHistory(Folder);
        var delivered = history.Find(live.Name, history.Resolve("main"))!;
        ContentHash.Of(delivered.File.Span).Should().Be(live.Content);
        Encoding.UTF8.GetString(delivered.Card.Span).Should().Be("{\"seed\":1}\n");
    }

    [Fact]
    public void A_second_publish_keeps_what_it_does_not_change()
    {
        Publish("one", Change("a", 1), Change("c", 2));
        Publish("two", Change("b", 3), Change("c", 4));

        FolderState.ShouldBeWhole(Folder);
        new FastDataHistory(Folder).Read().Select(generation => (generation.Epoch, Names: string.Join(',', generation.Models)))
            .Should().Equal((2, "b,c"), (1, "a,c"));
        new FastDataHistory(Folder).Read(ModelName.Parse("a")).Select(generation => generation.Epoch).Should().Equal(1);
    }

    [Fact]
    public void The_same_content_makes_no_commit()
    {
        Publish("one", Change("a", 1));

        Publish("two", Change("a", 1)).Should().BeOfType<PublishOutcome.Unchanged>().Which.Epoch.Should().Be(1);
        GitProgram.Run(Folder, "rev-list", "--count", "main").Trim().Should().Be("1");
    }

    [Fact]
    public void Control_files_are_committed_and_removed()
    {
        Publish(new Publication { ExpectedTip = null, Message = "control", Control = Control("{}"u8.ToArray().AsMemory()), Models = [Change("a", 1)] });
        Tip().Control.Should().ContainKey("quarantine.json");

        Publish(new Publication { ExpectedTip = Tip().Commit, Message = "release", Control = Control(null) });

        Tip().Control.Should().BeEmpty();
        Tip().Epoch.Should().Be(2);
        FolderState.ShouldBeWhole(Folder);

        static Dictionary<string, ReadOnlyMemory<byte>?> Control(ReadOnlyMemory<byte>? content) => new() { ["quarantine.json"] = content };
    }

    [Fact]
    public void A_removed_model_leaves_delivery_and_stays_in_history()
    {
        var folder = _temporary["fast-data"];
        var publisher = new FastDataPublisher(folder);
        var first = (PublishOutcome.Published)publisher.Publish(Publication(null, Change("a", 1), Change("b", 1)), default);

        publisher.Publish(new Publication { ExpectedTip = first.Commit, Message = "Retire b", Removed = [ModelName.Parse("b")] }, default).Should().BeOfType<PublishOutcome.Published>();

        FolderState.ReadLiveWhole(folder)!.Models.Select(model => model.Name.Value).Should().Equal("a");
        FolderState.ShouldBeWhole(folder);
        GitProgram.Run(folder, "ls-tree", "--name-only", "main:models").Should().Be("a.json\na.pb\n");
        new FastDataHistory(folder).Find(ModelName.Parse("b"), first.Commit)!.File.ToArray().Should().Equal(TestModels.Linear("b", 1));
    }

    [Fact]
    public void An_empty_file_is_an_object_like_any_other()
    {
        var empty = new Dictionary<string, ReadOnlyMemory<byte>?> { ["empty.json"] = ReadOnlyMemory<byte>.Empty };
        Publish(new Publication { ExpectedTip = null, Message = "empty", Control = empty, Models = [Change("a", 1)] });

        Tip().Control["empty.json"].Length.Should().Be(0);
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_decision_on_an_older_tip_loses_the_race_and_changes_nothing()
    {
        var publisher = new FastDataPublisher(Folder, _time);
        publisher.Publish(Publication(null, Change("a", 1)), default);
        var stale = publisher.ReadTip(default).Commit;
        new FastDataPublisher(Folder, _time).Publish(Publication(stale, Change("a", 2)), default);

        var outcome = publisher.Publish(Publication(stale, Change("a", 3)), default);

        outcome.Should().BeOfType<PublishOutcome.LostRace>().Which.Expected.Should().Be(stale);
        Tip().Epoch.Should().Be(2);
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_file_of_another_name_is_refused_before_anything_is_written()
    {
        var act = () => Publish("bad", new ModelChange(ModelName.Parse("news"), TestModels.Linear("video", 1), "{}"u8.ToArray()));

        act.Should().Throw<InvalidModelException>().WithMessage("*'news'*'video'*");
        Directory.Exists(Folder).Should().BeFalse();
    }

    [Fact]
    public void A_held_folder_is_reported_as_busy()
    {
        Publish("one", Change("a", 1));
        using var held = new Storage.LocalDisk().TryLock(new FolderLayout(Folder).Lock);

        var act = () => new FastDataPublisher(Folder, _time) { LockTimeout = TimeSpan.FromMilliseconds(50) }.ReadTip(default);

        act.Should().Throw<FolderBusyException>().WithMessage("*LOCK*");
    }

    [Fact]
    public void A_thousand_models_make_one_pack_that_git_accepts()
    {
        Publish("many", [.. Enumerable.Range(0, 1000).Select(i => Change($"model_{i}", i))]);

        FolderState.ShouldBeWhole(Folder);
        Directory.EnumerateFiles(Path.Combine(Folder, ".git", "objects", "pack"), "*.pack").Should().ContainSingle();
        GitProgram.Run(Folder, "verify-pack", Directory.EnumerateFiles(Path.Combine(Folder, ".git", "objects", "pack"), "*.idx").Single());
    }

    [Fact]
    public void Publishing_goes_on_after_git_has_repacked_and_packed_the_refs()
    {
        for (var i = 0; i < 5; i++) Publish($"n {i}", Change("a", i), Change("b", 100 + i));
        GitProgram.Run(Folder, "gc", "--prune=now", "--quiet");
        File.Exists(Path.Combine(Folder, ".git", "refs", "heads", "main")).Should().BeFalse("gc packs the refs");

        Publish("after", Change("a", 77)).Should().BeOfType<PublishOutcome.Published>().Which.Epoch.Should().Be(6);

        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void Old_generations_leave_when_they_are_older_than_the_limit_and_more_than_three()
    {
        for (var i = 0; i < 6; i++) Publish($"n {i}", Change("a", i), Change("same", 1));
        var layout = new FolderLayout(Folder);
        foreach (var path in Directory.EnumerateFiles(layout.Manifests)) File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime.AddDays(-2));

        Publish("last", Change("a", 99));

        Directory.EnumerateFiles(layout.Manifests).Should().HaveCount(3);
        Directory.EnumerateFiles(layout.Models).Should().HaveCount(4, "three versions of a and one of same are named");
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_folder_of_something_else_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "thesis.txt"), "years of work");

        var act = () => Publish(Publication(null, Change("a", 1)));

        act.Should().Throw<FastDataException>().WithMessage("*'thesis.txt'*no fast-data folder*");
        Directory.EnumerateFileSystemEntries(Folder).Should().ContainSingle();
    }

    [Fact]
    public void A_checkout_of_something_else_is_refused_and_left_as_it_is()
    {
        Directory.CreateDirectory(Folder);
        GitProgram.Run(Folder, "init", "--quiet");

        var act = () => Publish(Publication(null, Change("a", 1)));

        act.Should().Throw<FastDataException>().WithMessage("*work tree*");
        Directory.EnumerateFileSystemEntries(Folder).Should().ContainSingle();
    }

    [Fact]
    public void A_bare_repository_of_something_else_is_refused()
    {
        var work = _temporary["work"];
        Directory.CreateDirectory(work);
        GitProgram.Run(work, "init", "--quiet", "-b", "main");
        GitProgram.Run(work, "-c", "user.name=x", "-c", "user.email=x@x", "commit", "--quiet", "--allow-empty", "-m", "not ours");
        GitProgram.Run(work, "clone", "--quiet", "--bare", work, Path.Combine(Folder, ".git"));

        var act = () => Tip();

        act.Should().Throw<FastDataException>().WithMessage("*'not ours'*carries no epoch*");
    }

    [Fact]
    public void A_folder_that_lost_its_history_is_refused_and_stays_live()
    {
        Publish("one", Change("a", 1));
        Directory.Move(Path.Combine(Folder, ".git"), _temporary["lost"]);

        var act = () => Publish(Publication(null, Change("a", 2)));

        act.Should().Throw<FastDataException>().WithMessage("*the repository is gone*");
        FolderState.ReadLiveWhole(Folder)!.Epoch.Should().Be(1);
    }

    [Fact]
    public void A_history_that_went_back_is_refused_and_the_live_generation_stays()
    {
        Publish("one", Change("a", 1));
        var first = Tip().Commit!.Value;
        Publish("two", Change("a", 2));
        GitProgram.Run(Folder, "update-ref", "refs/heads/main", first.Hex);

        var act = () => Tip();

        act.Should().Throw<FastDataException>().WithMessage("*history went back*");
        FolderState.ReadLiveWhole(Folder)!.Epoch.Should().Be(2);
    }

    [Fact]
    public void A_folder_of_a_newer_format_is_left_untouched()
    {
        Publish("one", Change("a", 1));
        var current = Path.Combine(Folder, "CURRENT");
        File.WriteAllText(current, string.Concat("2", File.ReadAllText(current).AsSpan(1)));

        var act = () => Tip();

        act.Should().Throw<UnsupportedFormatException>().WithMessage("*format 2*");
        File.ReadAllText(current).Should().StartWith("2 ");
    }

    [Fact]
    public void A_live_file_that_somebody_damaged_or_removed_is_written_again_at_the_next_start()
    {
        Publish("one", Change("a", 1), Change("b", 2), Change("c", 3));
        var layout = new FolderLayout(Folder);
        var live = FolderState.ReadLiveWhole(Folder)!.Models;
        File.Delete(layout.ModelPath(live[0]));
        File.Delete(layout.ModelPath(live[1]));
        File.WriteAllText(layout.ModelPath(live[1]), "damaged");

        Tip().Epoch.Should().Be(1);

        FolderState.ShouldBeWhole(Folder);
        FolderState.ReadLiveWhole(Folder)!.Models.Should().Equal(live);
    }

    [Fact]
    public void A_repack_in_the_middle_of_a_publish_takes_nothing_from_it()
    {
        Publish("one", Change("a", 1));
        var disk = new WatchedDisk(() => GitProgram.Run(Folder, "repack", "-adq"));
        var publisher = new FastDataPublisher(Folder, _time, disk);

        publisher.Publish(Publication(publisher.ReadTip(default).Commit, Change("a", 2), Change("b", 3)), default).Should().BeOfType<PublishOutcome.Published>();

        disk.Calls.Should().BeGreaterThan(5);
        FolderState.ShouldBeWhole(Folder);
        Directory.EnumerateFiles(Path.Combine(Folder, ".git"), "*.keep", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public void Failed_publishes_leave_no_packs()
    {
        Publish("one", Change("a", 1));
        var packs = Path.Combine(Folder, ".git", "objects", "pack");
        File.WriteAllText(Path.Combine(Folder, ".git", "refs", "heads", "main.lock"), "");
        for (var i = 0; i < 3; i++)
        {
            var act = () => Publish("blocked", Change("a", 10 + i));
            act.Should().Throw<IOException>().WithMessage("*main.lock*another git process holds the branch*");
        }
        File.Delete(Path.Combine(Folder, ".git", "refs", "heads", "main.lock"));

        Publish("two", Change("a", 2)).Should().BeOfType<PublishOutcome.Published>();

        Directory.EnumerateFiles(packs, "*.pack").Should().HaveCount(2);
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_pack_that_is_delivered_stays_when_its_publish_died_before_letting_go_of_it()
    {
        Publish("one", Change("a", 1));
        var pack = Directory.EnumerateFiles(Path.Combine(Folder, ".git", "objects", "pack"), "*.pack").Single();
        var first = Tip().Commit!.Value;
        Publish("two", Change("a", 2));
        File.WriteAllText(Path.ChangeExtension(pack, ".keep"), $"delivery {first}\n");

        Tip().Epoch.Should().Be(2);

        File.Exists(pack).Should().BeTrue();
        File.Exists(Path.ChangeExtension(pack, ".keep")).Should().BeFalse();
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_cloned_history_becomes_a_live_folder()
    {
        for (var i = 0; i < 3; i++) Publish($"n {i}", Change("a", i), Change("b", 9));
        var copy = _temporary["copy"];
        Directory.CreateDirectory(copy);
        GitProgram.Run(copy, "clone", "--quiet", "--bare", Path.Combine(Folder, ".git"), Path.Combine(copy, ".git"));

        var tip = new FastDataPublisher(copy, _time).ReadTip(default);

        tip.Epoch.Should().Be(3);
        FolderState.ShouldBeWhole(copy);
    }

    [Fact]
    public void A_failed_publish_leaves_nothing_behind_once_the_same_publisher_goes_on()
    {
        for (var at = 1; at <= 40; at++)
        {
            var folder = _temporary[$"fail-{at}"];
            var disk = new FaultyDisk(at, Fault.Fail);
            var publisher = new FastDataPublisher(folder, _time, disk);
            var failed = Record.Exception(() => publisher.Publish(Publication(null, Change("a", 1)), default)) is not null;

            publisher.Publish(Publication(publisher.ReadTip(default).Commit, Change("a", 2)), default).Should().BeOfType<PublishOutcome.Published>();

            failed.Should().Be(disk.Happened);
            FolderState.ShouldBeWhole(folder);
            Directory.EnumerateFiles(Path.Combine(folder, ".git"), "tmp_*", SearchOption.AllDirectories).Should().BeEmpty();
        }
    }

    private FastDataTip Tip() => new FastDataPublisher(Folder, _time).ReadTip(default);

    private static ModelChange Change(string name, int seed) =>
        new(ModelName.Parse(name), TestModels.Linear(name, seed), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}\n"));

    private static Publication Publication(CommitId? tip, params ModelChange[] models) => new() { ExpectedTip = tip, Message = "Deliver", Models = models };

    private PublishOutcome Publish(string message, params ModelChange[] models) =>
        Publish(Publication(Tip().Commit, models) with { Message = message });

    private PublishOutcome Publish(Publication publication) => new FastDataPublisher(Folder, _time).Publish(publication, default);
}
