using Delivery.FastData.Git.Maintaining;
using Delivery.FastData.Storage;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Maintaining;

public sealed class FolderMaintenanceTests
{
    [Fact]
    public async Task Old_weights_move_to_the_cold_side_by_month_and_all_stays_readable()
    {
        using var history = new LongHistory(200); // 50 days
        var log = GitProgram.Run(history.Folder, "log", "--format=raw");

        var report = await history.MaintainAsync();

        // a: replaced at each publish, b at each tenth; what was live within the last 14 days (56 steps) stays.
        report.WeightsMoved.Should().Be(143 + 14);
        report.Months.Should().Equal("2026-01", "2026-02");
        Directory.GetFiles(Path.Combine(history.Cold, "2026-01", "objects", "pack"), "*.pack").Should().ContainSingle();
        File.ReadAllLines(Path.Combine(history.Folder, ".git", "objects", "info", "alternates")).Should().Equal(
            Path.Combine(history.Cold, "2026-01", "objects"), Path.Combine(history.Cold, "2026-02", "objects"));
        report.PacksAfter.Should().Be(2, "one of weights, one of everything else");
        report.HotBytesAfter.Should().BeLessThan(report.HotBytesBefore);
        report.More.Should().BeFalse();
        report.Warnings.Should().BeEmpty();
        GitProgram.Run(history.Folder, "log", "--format=raw").Should().Be(log, "no commit id changes");
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task A_second_run_finds_nothing_to_do_and_later_ones_move_only_what_is_new()
    {
        using var history = new LongHistory(100);
        await history.MaintainAsync();
        var again = await history.MaintainAsync();
        history.Publish(40);
        var later = await history.MaintainAsync();

        again.WeightsMoved.Should().Be(0);
        again.PacksAfter.Should().Be(2);
        later.WeightsMoved.Should().Be(44);
        history.ShouldHaveItAll();
        history.TakeColdAway();
        MissingBlobs(history.Folder).Should().HaveCountGreaterThan(60, "what moved is no longer hot");
    }

    [Fact]
    public async Task A_dry_run_says_what_would_move_and_writes_nothing()
    {
        using var history = new LongHistory(100);
        var before = Snapshot(history);

        var report = await history.Maintenance().RunAsync(dryRun: true, default);

        report.WeightsMoved.Should().Be(43 + 4);
        report.BytesMoved.Should().Be(47L * LongHistory.Weights("a", 1).Length);
        Snapshot(history).Should().Equal(before);
        Directory.Exists(history.Cold).Should().BeFalse();
    }

    [Fact]
    public async Task Limits_bound_a_run_and_the_next_ones_finish_the_work()
    {
        using var history = new LongHistory(100);
        var reports = new List<MaintenanceReport>();
        do reports.Add(await history.MaintainAsync(o => o with { MaxCommits = 10 }));
        while (reports[^1].More && reports.Count < 20);

        reports.Should().HaveCount(5);
        reports.Sum(report => report.WeightsMoved).Should().Be(47);
        reports.Max(report => report.WeightsMoved).Should().BeLessThanOrEqualTo(11);
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task With_the_note_of_the_last_run_lost_nothing_is_lost_or_copied_twice()
    {
        using var history = new LongHistory(100);
        await history.MaintainAsync();
        File.Delete(Path.Combine(history.Folder, ".git", "maintain.json"));
        history.Publish(4);

        var report = await history.MaintainAsync();

        report.WeightsMoved.Should().Be(4);
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task Weights_that_a_rollback_or_a_branch_needs_stay_hot()
    {
        using var history = new LongHistory(100);
        GitProgram.Run(history.Folder, "branch", "canary", history.Commits[5].Hex);
        var publisher = new FastDataPublisher(history.Folder, history.Time);
        await history.MaintainAsync();
        var old = new FastDataHistory(history.Folder).Find(LongHistory.Name("a"), history.Commits[7])!;
        publisher.Publish(new Publication { ExpectedTip = history.Commits[^1], Message = "Roll back a", Models = [new ModelChange(old.Name, old.File, old.Card)] }, default)
            .Should().BeOfType<PublishOutcome.Published>();
        history.Time.Advance(TimeSpan.FromDays(30));
        await history.MaintainAsync();
        history.TakeColdAway();

        var reader = new FastDataHistory(history.Folder);
        reader.Find(old.Name, reader.Resolve("main"))!.File.Span.SequenceEqual(LongHistory.Weights("a", 7)).Should().BeTrue();
        reader.Find(old.Name, reader.Resolve("canary"))!.File.Span.SequenceEqual(LongHistory.Weights("a", 5)).Should().BeTrue();
    }

    [Fact]
    public async Task A_publish_in_the_middle_of_maintenance_loses_nothing()
    {
        using var history = new LongHistory(60);
        for (var at = 1; at <= 16; at++)
        {
            var (operations, published) = (0, false);
            var disk = new WatchedDisk(() =>
            {
                if (++operations < at || published || IsHeld(history)) return;
                history.Publish(1);
                published = true;
            });
            await new FolderMaintenance(history.Folder, new MaintenanceOptions { KeepWeights = TimeSpan.FromDays(1) }, history.Time, disk).RunAsync(dryRun: false, default);
        }
        history.Commits.Should().HaveCountGreaterThan(70, "publishes went in between");
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task A_pack_with_a_keep_file_is_left_alone()
    {
        using var history = new LongHistory(10);
        var pack = Directory.GetFiles(Path.Combine(history.Folder, ".git", "objects", "pack"), "*.pack")[3];
        await File.WriteAllTextAsync(Path.ChangeExtension(pack, ".keep"), "an operator's");

        await history.MaintainAsync();

        File.Exists(pack).Should().BeTrue();
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task Two_at_once_are_refused_and_an_empty_folder_needs_nothing()
    {
        using var history = new LongHistory(3);
        using (new LocalDisk().TryLock(Path.Combine(history.Folder, ".git", "MAINTAIN")))
        {
            var second = () => history.MaintainAsync();
            await second.Should().ThrowAsync<FolderBusyException>().WithMessage("*under way*");
        }
        (await new FolderMaintenance(history["nothing"], new MaintenanceOptions()).RunAsync(dryRun: false, default)).PacksAfter.Should().Be(0);
        Directory.Exists(history["nothing"]).Should().BeFalse();
    }

    [Fact]
    public async Task Live_files_manifests_and_leavings_go_by_age()
    {
        using var history = new LongHistory(30);
        await File.WriteAllTextAsync(Path.Combine(history.Folder, "models", ".tmp-half"), "half");
        await File.WriteAllTextAsync(Path.Combine(history.Folder, "models", "orphan.0000000000000000.pb"), "orphan");
        var leftByGit = Path.Combine(history.Folder, ".git", "objects", "pack", "tmp_pack_dead");
        await File.WriteAllTextAsync(leftByGit, "half");
        File.SetLastWriteTimeUtc(leftByGit, history.Time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(2));
        foreach (var manifest in Directory.GetFiles(Path.Combine(history.Folder, "manifests"))) File.SetLastWriteTimeUtc(manifest, history.Time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(2));

        await history.MaintainAsync();

        Directory.GetFiles(Path.Combine(history.Folder, "manifests")).Should().HaveCount(3, "three generations stay whatever their age");
        Directory.GetFiles(Path.Combine(history.Folder, "models")).Should().HaveCount(5, "a of three generations, b and still");
        File.Exists(leftByGit).Should().BeFalse();
        FolderState.ShouldBeWhole(history.Folder);
    }

    private static bool IsHeld(LongHistory history)
    {
        using var free = new LocalDisk().TryLock(Path.Combine(history.Folder, "LOCK"));
        return free is null;
    }

    private static string[] MissingBlobs(string folder) =>
        [.. GitProgram.Run(folder, "rev-list", "--objects", "--missing=print", "main").Split('\n').Where(line => line.StartsWith('?'))];

    private static List<string> Snapshot(LongHistory history) =>
        [.. Directory.EnumerateFiles(history.Folder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "MAINTAIN").Order(StringComparer.Ordinal).Select(path => $"{path} {new FileInfo(path).Length}")];
}
