using Delivery.FastData.Git.Verifying;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Maintaining;

/// <summary>What works while the cold side is away, and what says clearly what is missing. Git itself is the judge.</summary>
public sealed class ColdSideTests
{
    [Theory]
    [InlineData("")]
    [InlineData("/cold")]
    public async Task A_cold_directory_in_the_folder_is_refused_before_anything_moves(string below)
    {
        using var history = await MovedAsync();
        var before = Directory.EnumerateFileSystemEntries(history.Folder).Order().ToList();

        var run = () => history.MaintainAsync(o => o with { Cold = history.Folder + below });

        await run.Should().ThrowAsync<FastDataException>().WithMessage("*lies in the fast-data folder*history.cold*");
        Directory.EnumerateFileSystemEntries(history.Folder).Order().Should().Equal(before);
    }

    [Fact]
    public async Task With_the_cold_side_away_log_cards_tip_and_new_commits_work()
    {
        using var history = await MovedAsync();
        history.TakeColdAway();

        GitProgram.Run(history.Folder, "log", "--oneline").Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(100);
        GitProgram.Run(history.Folder, "log", "-p", "--format=", "--", "models/a.json").Should().Contain("+{\"n\":0}").And.Contain("+{\"n\":99}");
        GitProgram.Run(history.Folder, "log", "--raw", "--format=", "--", "models/a.pb").Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(100, "hashes stay hot");
        GitProgram.Run(history.Folder, "show", $"{history.Commits[3]}:models/a.json").Should().Be("{\"n\":3}\n");
        GitProgram.Run(history.Folder, "cat-file", "-t", "main:models/a.pb").Should().Be("blob\n");
        history.Publish(2);
        FolderStateWithout(history);
        new FastDataHistory(history.Folder).Read().Should().HaveCount(102);
    }

    [Fact]
    public async Task With_the_cold_side_away_old_weights_name_their_month_and_directory()
    {
        using var history = await MovedAsync();
        history.TakeColdAway();
        var reader = new FastDataHistory(history.Folder);

        var show = () => reader.Find(LongHistory.Name("a"), history.Commits[3]);
        var still = reader.Find(LongHistory.Name("still"), history.Commits[3]);
        var young = reader.Find(LongHistory.Name("a"), history.Commits[^2]);

        show.Should().Throw<FastDataException>().WithMessage($"The weights of 'a' as of commit {history.Commits[3].Short} * are on the cold side, and its month 2026-01 is not there: '{Path.Combine(history.Cold, "2026-01", "objects")}'. Mount *");
        still!.File.Span.SequenceEqual(LongHistory.Weights("still", 3)).Should().BeTrue();
        young!.File.Span.SequenceEqual(LongHistory.Weights("a", 98)).Should().BeTrue();
        history.BringColdBack();
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task One_month_can_be_archived_by_itself()
    {
        using var history = new LongHistory(200);
        await history.MaintainAsync();
        Directory.Move(Path.Combine(history.Cold, "2026-01"), history["archive"]);
        var reader = new FastDataHistory(history.Folder);

        var january = () => reader.Find(LongHistory.Name("a"), history.Commits[0]);
        january.Should().Throw<FastDataException>().WithMessage("*month 2026-01 is not there*");
        reader.Find(LongHistory.Name("a"), history.Commits[130])!.File.Span.SequenceEqual(LongHistory.Weights("a", 130)).Should().BeTrue("February is there");
        history.Publish(8);
        (await history.MaintainAsync()).WeightsMoved.Should().Be(9, "an archived month does not stop the work");
        Directory.Move(history["archive"], Path.Combine(history.Cold, "2026-01"));
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task With_the_cold_side_away_maintenance_repacks_and_moves_nothing_and_says_so()
    {
        using var history = await MovedAsync();
        history.TakeColdAway();
        history.Publish(20);

        var report = await history.MaintainAsync();

        report.Warnings.Should().ContainSingle().Which.Should().Contain(history.Cold).And.Contain("is away");
        report.WeightsMoved.Should().Be(0);
        report.PacksAfter.Should().BeLessThan(5);
        Directory.Exists(history.Cold).Should().BeFalse("an empty mount point is not written to");
        history.BringColdBack();
        (await history.MaintainAsync()).WeightsMoved.Should().Be(22);
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task With_the_cold_side_away_repack_works_and_gc_loses_nothing_and_names_what_is_missing()
    {
        using var history = await MovedAsync();
        history.Publish(3);
        history.TakeColdAway();

        GitProgram.Run(history.Folder, "repack", "-d", "-l", "-q");
        GitProgram.Run(history.Folder, "repack", "--geometric=2", "-d", "-l", "-q");
        GitProgram.Run(history.Folder, "gc", "--auto");
        foreach (var full in new[] { new[] { "gc", "--prune=now" }, ["repack", "-a", "-d", "-l"] })
        {
            // A full one looks at each blob of the whole history.
            var gc = () => GitProgram.Run(history.Folder, full);
            gc.Should().Throw<InvalidOperationException>().WithMessage("*alternate object path*2026-01*unable to read*");
        }
        var fsck = () => GitProgram.FsckStrict(history.Folder);
        fsck.Should().Throw<InvalidOperationException>().WithMessage("*missing blob*").Which.Message.Should().NotContain("missing tree").And.NotContain("missing commit");
        FolderStateWithout(history);

        history.BringColdBack();
        GitProgram.Run(history.Folder, "gc", "--prune=now", "--quiet");
        history.ShouldHaveItAll();
        history.TakeColdAway();
        GitProgram.Run(history.Folder, "rev-list", "--objects", "--missing=print", "main").Should().Contain("\n?", "gc fetched nothing back");
    }

    [Fact]
    public async Task With_the_cold_side_away_a_push_of_what_is_new_works_and_a_first_one_needs_it()
    {
        using var history = await MovedAsync();
        GitProgram.Run(history.Folder, "init", "--quiet", "--bare", history["remote.git"]);
        GitProgram.Run(history.Folder, "push", "--quiet", history["remote.git"], "main");
        history.TakeColdAway();
        history.Publish(5);
        await history.MaintainAsync();

        GitProgram.Run(history.Folder, "push", "--quiet", history["remote.git"], "main");
        GitProgram.Run(history.Folder, "clone", "--quiet", "--bare", "--depth", "1", "file://" + history.Folder, history["mirror.git"]);

        GitProgram.FsckStrict(history["remote.git"]);
        GitProgram.FsckStrict(history["mirror.git"]);
        GitProgram.Run(history.Folder, "init", "--quiet", "--bare", history["first.git"]);
        var first = () => GitProgram.Run(history.Folder, "push", "--quiet", history["first.git"], "main");
        first.Should().Throw<InvalidOperationException>().WithMessage("*alternate object path*2026-01*unable to read*");
    }

    [Fact]
    public async Task A_cold_side_that_was_moved_is_joined_at_its_new_place()
    {
        using var history = await MovedAsync();
        Directory.Move(history.Cold, history["other-disk"]);

        var report = await history.MaintainAsync(o => o with { Cold = history["other-disk"] });

        report.Warnings.Should().BeEmpty();
        File.ReadAllLines(Path.Combine(history.Folder, ".git", "objects", "info", "alternates")).Should().Equal(Path.Combine(history["other-disk"], "2026-01", "objects"));
        history.ShouldHaveItAll();
    }

    [Fact]
    public async Task Alternates_with_line_ends_of_another_system_and_with_garbage_are_told_and_joined_again()
    {
        using var history = await MovedAsync();
        var alternates = Path.Combine(history.Folder, ".git", "objects", "info", "alternates");
        var right = File.ReadAllText(alternates);
        File.WriteAllText(alternates, right.ReplaceLineEndings("\r\n"));
        (await new FolderVerification(history.Folder).VerifyAsync(null, CancellationToken.None)).Findings.Should().OnlyContain(finding => finding.Path == ".git/objects/info/alternates" || finding.Kind == FindingKind.Manifest);

        await history.MaintainAsync();

        File.ReadAllText(alternates).Should().Be(right);
        File.WriteAllText(alternates, "garbage\n");

        await history.MaintainAsync();

        File.ReadAllText(alternates).Should().Be("garbage\n" + right, "a line of somebody else is not ours to remove");
    }

    [Fact]
    public async Task Weights_that_are_damaged_are_not_moved()
    {
        using var history = new LongHistory(100);
        var pack = Directory.GetFiles(Path.Combine(history.Folder, ".git", "objects", "pack"), "*.pack").Single(path => Contains(path, LongHistory.Weights("a", 3)));
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[^60] ^= 1;
        File.SetAttributes(pack, FileAttributes.Normal);
        await File.WriteAllBytesAsync(pack, bytes);

        var run = () => history.MaintainAsync();

        await run.Should().ThrowAsync<FastDataException>();
        File.Exists(pack).Should().BeTrue();
        Directory.GetFiles(Path.Combine(history.Folder, ".git", "objects", "pack"), "*.pack").Should().HaveCount(100, "nothing is removed");
    }

    private static async Task<LongHistory> MovedAsync()
    {
        var history = new LongHistory(100);
        (await history.MaintainAsync()).WeightsMoved.Should().Be(47);
        return history;
    }

    // All but what fsck says, which calls the weights of the cold side missing.
    private static void FolderStateWithout(LongHistory history) =>
        FolderState.ReadLiveWhole(history.Folder)!.Commit.Hex.Should().Be(GitProgram.Run(history.Folder, "rev-parse", "main").Trim());

    private static bool Contains(string pack, byte[] weights)
    {
        using var temporary = new TemporaryFolder();
        File.WriteAllBytes(temporary["weights"], weights);
        var id = GitProgram.Run(temporary.Path, "hash-object", "weights").Trim();
        return GitProgram.Run(Path.GetDirectoryName(pack)!, "verify-pack", "-v", Path.ChangeExtension(pack, ".idx")).Contains(id, StringComparison.Ordinal);
    }
}
