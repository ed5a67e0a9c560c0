using System.Globalization;
using Delivery.FastData.Git.Verifying;
using Delivery.FastData.Storage;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Verifying;

public sealed class FolderVerificationTests : IDisposable
{
    private readonly DamagedFolder _folders = new();
    private readonly string _folder;

    public FolderVerificationTests() => _folder = _folders.Copy();

    public void Dispose() => _folders.Dispose();

    [Fact]
    public async Task A_whole_folder_has_no_findings_and_a_repair_does_nothing_to_it()
    {
        var before = Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();

        var report = await VerifyAsync();
        var repair = await RepairAsync();

        report.Findings.Should().BeEmpty();
        (report.Epoch, report.Commits, report.Manifests, report.LiveFiles).Should().Be((3, 3, 3, 5));
        repair.Findings.Should().BeEmpty();
        repair.Repairs.Should().BeEmpty();
        Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Should().Equal(before);
    }

    [Theory]
    [InlineData("models/a.0123456789abcdef.pb", FindingKind.Leftover)]
    [InlineData("models/.tmp-x", FindingKind.Leftover)]
    [InlineData("manifests/9-01234567.json", FindingKind.Leftover)]
    [InlineData(".tmp-CURRENT", FindingKind.Leftover)]
    [InlineData(".git/shallow.lock", FindingKind.Leftover)]
    [InlineData(".git/objects/pack/tmp_pack_x", FindingKind.Leftover)]
    public async Task A_leftover_is_found_and_removed(string name, FindingKind kind)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, "left over");
        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));

        (await VerifyAsync()).Findings.Should().ContainSingle().Which.Should().Match<Finding>(finding => finding.Kind == kind && finding.Path == name);
        (await RepairAsync()).Findings.Should().BeEmpty();

        File.Exists(path).Should().BeFalse();
        FolderState.ShouldBeWhole(_folder);
    }

    [Fact]
    public async Task A_young_lock_of_git_may_be_in_use_and_a_stray_file_is_left_to_people()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, ".git", "index.lock"), "");
        await File.WriteAllTextAsync(Path.Combine(_folder, "thesis.txt"), "years of work");

        (await RepairAsync()).Findings.Should().ContainSingle().Which.Kind.Should().Be(FindingKind.Stray);

        File.Exists(Path.Combine(_folder, ".git", "index.lock")).Should().BeTrue();
        File.Exists(Path.Combine(_folder, "thesis.txt")).Should().BeTrue();
    }

    [Fact]
    public async Task A_file_that_can_be_written_is_sealed_again()
    {
        if (OperatingSystem.IsWindows()) return;
        var path = Directory.GetFiles(Path.Combine(_folder, "models"))[0];
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        (await VerifyAsync()).Findings.Should().ContainSingle().Which.Kind.Should().Be(FindingKind.Permission);
        (await RepairAsync()).Findings.Should().BeEmpty();

        File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite).Should().BeFalse();
    }

    [Theory]
    [InlineData("CURRENT", "rubbish")]
    [InlineData("CURRENT", null)]
    [InlineData(".git/refs/heads/main", "rubbish\n")]
    [InlineData(".git/refs/heads/main", null)]
    [InlineData(".git/refs/heads/main", "0123456789012345678901234567890123456789\n")]
    [InlineData(".git/HEAD", "rubbish")]
    public async Task A_lost_pointer_is_found_again(string name, string? content)
    {
        var path = Path.Combine(_folder, name);
        if (content is null) File.Delete(path);
        else await File.WriteAllTextAsync(path, content);

        (await VerifyAsync()).Findings.Should().NotBeEmpty();
        var report = await RepairAsync();

        report.Findings.Should().BeEmpty(string.Join("; ", report.Repairs));
        FolderState.ShouldBeWhole(_folder);
        FolderState.ReadLiveWhole(_folder)!.Epoch.Should().Be(3);
    }

    [Fact]
    public async Task Weights_that_only_the_live_files_still_have_go_back_into_history()
    {
        GitProgram.Run(_folder, "repack", "-adq");
        var ids = new[] { "a", "b", "c" }.Select(name => GitProgram.Run(_folder, "rev-parse", $"main:models/{name}.pb").Trim()).ToList();
        Spoil([.. ids]);

        var report = await RepairAsync();

        report.Quarantine.Should().NotBeNull("a damaged pack is moved, not deleted");
        Directory.GetFiles(report.Quarantine!).Should().Contain(path => path.EndsWith(".pack", StringComparison.Ordinal));
        report.Findings.Should().BeEmpty(string.Join("; ", report.Repairs));
        foreach (var id in ids) GitProgram.Run(_folder, "cat-file", "-e", id);
        FolderState.ShouldBeWhole(_folder);
    }

    [Fact]
    public async Task A_card_that_is_lost_is_told_with_the_advice_to_restore_it_and_what_is_live_stays()
    {
        var live = FolderState.ReadLiveWhole(_folder);
        var lost = GitProgram.Run(_folder, "rev-parse", "main:models/a.json").Trim();
        GitProgram.Run(_folder, "repack", "-adq");
        Spoil(lost);

        var report = await RepairAsync();

        report.Repairs.Should().Contain(done => done.Contains("lost in it: ", StringComparison.Ordinal));
        report.Findings.Should().Contain(finding => finding.Problem.Contains(lost, StringComparison.Ordinal) && finding.Mend.Contains("a copy or a mirror", StringComparison.Ordinal));
        FolderState.ReadLiveWhole(_folder).Should().BeEquivalentTo(live);
        Directory.GetFiles(report.Quarantine!).Should().Contain(path => path.EndsWith(".pack", StringComparison.Ordinal), "somebody may still get more out of it");
    }

    [Theory]
    [InlineData("commit-graph write --reachable", ".git/objects/info/commit-graph")]
    [InlineData("multi-pack-index write", ".git/objects/pack/multi-pack-index")]
    public async Task What_git_derives_from_the_packs_is_put_aside_when_it_is_damaged(string command, string name)
    {
        GitProgram.Run(_folder, command.Split(' '));
        (await VerifyAsync()).Findings.Should().BeEmpty();
        DamagedFolder.Flip(Path.Combine(_folder, name), 8 * 40);

        (await VerifyAsync()).Findings.Should().Contain(finding => finding.Path == name);
        (await RepairAsync()).Findings.Should().BeEmpty();

        FolderState.ShouldBeWhole(_folder);
    }

    [Fact]
    public async Task A_flipped_bit_of_a_packed_ref_is_found_and_mended()
    {
        GitProgram.Run(_folder, "pack-refs", "--all");
        var content = await File.ReadAllBytesAsync(Path.Combine(_folder, ".git", "packed-refs"));
        var line = content.AsSpan().IndexOf((byte)'\n') + 1;
        var random = new Random(5);
        for (var i = 0; i < 6; i++)
        {
            var bit = random.Next(8 * line, 8 * content.Length);
            File.Delete(Path.Combine(_folder, ".git", "refs", "heads", "main"));
            DamagedFolder.Overwrite(Path.Combine(_folder, ".git", "packed-refs"), content);
            DamagedFolder.Flip(Path.Combine(_folder, ".git", "packed-refs"), bit);

            (await VerifyAsync()).Findings.Should().NotBeEmpty("bit {0}, seed 5", bit);
            var report = await RepairAsync();

            report.Findings.Should().BeEmpty("bit {0}, seed 5; {1}", bit, string.Join("; ", report.Repairs));
            FolderState.ShouldBeWhole(_folder);
        }
    }

    [Fact]
    public async Task A_committed_generation_that_is_not_live_is_told_and_made_live()
    {
        var old = await File.ReadAllBytesAsync(Path.Combine(_folder, "CURRENT"));
        DamagedFolder.Publish(_folder, 5);
        await File.WriteAllBytesAsync(Path.Combine(_folder, "CURRENT"), old);

        (await VerifyAsync()).Findings.Should().ContainSingle().Which.Problem.Should().Contain("a publish died before its last step");
        (await RepairAsync()).Findings.Should().BeEmpty();

        FolderState.ReadLiveWhole(_folder)!.Epoch.Should().Be(4);
    }

    [Fact]
    public async Task A_main_that_went_back_goes_forward_to_what_readers_have()
    {
        GitProgram.Run(_folder, "update-ref", "refs/heads/main", "main~1");

        (await VerifyAsync()).Findings.Should().Contain(finding => finding.Problem.Contains("main went back", StringComparison.Ordinal));
        (await RepairAsync()).Findings.Should().BeEmpty();

        FolderState.ShouldBeWhole(_folder);
        FolderState.ReadLiveWhole(_folder)!.Epoch.Should().Be(3);
    }

    [Fact]
    public async Task Publishes_that_run_beside_it_are_no_damage()
    {
        for (var i = 0; i < 8; i++)
        {
            // It looks ten times at most, and a publish, which takes the lock twice, can be in the way of two looks.
            var seeds = Enumerable.Range(10 * (i + 1), 4);
            var publishing = Task.Run(() =>
            {
                foreach (var seed in seeds) DamagedFolder.Publish(_folder, seed);
            });

            (await VerifyAsync()).Findings.Should().BeEmpty();

            await publishing;
        }
        (await VerifyAsync()).Findings.Should().BeEmpty();
    }

    [Fact]
    public async Task A_repair_waits_for_the_folder_and_says_when_it_does_not_get_it()
    {
        using var held = new LocalDisk().TryLock(new FolderLayout(_folder).Lock);

        var act = () => new FolderVerification(_folder) { LockTimeout = TimeSpan.FromMilliseconds(50) }.RepairAsync(null, default);

        await act.Should().ThrowAsync<FolderBusyException>();
    }

    // More than one bit, so that no checksum brings it back.
    private void Spoil(params string[] ids)
    {
        var pack = Directory.GetFiles(Path.Combine(_folder, ".git", "objects", "pack"), "*.pack").Single();
        var objects = GitProgram.Run(_folder, "verify-pack", "-v", Path.ChangeExtension(pack, ".idx")).Split('\n').Where(line => ids.Contains(line.Split(' ')[0])).ToList();
        objects.Should().HaveCount(ids.Length);
        var content = File.ReadAllBytes(pack);
        foreach (var line in objects) content.AsSpan(int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture) + 10, 8).Fill(0x5a);
        DamagedFolder.Overwrite(pack, content);
    }

    private Task<VerificationReport> VerifyAsync() => new FolderVerification(_folder).VerifyAsync(null, default);

    private Task<VerificationReport> RepairAsync() => new FolderVerification(_folder).RepairAsync(null, default);
}
