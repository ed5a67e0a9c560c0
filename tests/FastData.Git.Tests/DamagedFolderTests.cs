using System.Text;
using Delivery.FastData.Git.Verifying;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests;

/// <summary>What other programs, people and dying machines do to a folder: it heals, or it is refused with what to do, and the live generation stays readable.</summary>
public sealed class DamagedFolderTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly CommitId _tip;

    public DamagedFolderTests()
    {
        for (var n = 1; n <= 2; n++) Publish(n);
        _tip = FolderState.ReadLiveWhole(Folder)!.Commit;
    }

    private string Folder => _temporary["fast-data"];

    private FolderLayout Layout => new(Folder);

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("HEAD", "")]
    [InlineData("HEAD", "garbage")]
    [InlineData("HEAD", "\0\0\0\0")]
    [InlineData("HEAD", null)]
    [InlineData("config", "")]
    [InlineData("config", "\0\0\0\0\0\0")]
    [InlineData("config", null)]
    [InlineData("description", null)]
    [InlineData("refs/heads/main", "")]
    [InlineData("refs/heads/main", "\0\0\0\0")]
    [InlineData("refs/heads/main", null)]
    [InlineData("../CURRENT", "")]
    [InlineData("../CURRENT", "garbage")]
    [InlineData("../CURRENT", null)]
    [InlineData("../LOCK", "garbage")]
    public void A_file_that_is_lost_emptied_or_garbage_is_written_again(string file, string? content)
    {
        Damage(file, content);

        Publish(3).Should().BeOfType<PublishOutcome.Published>().Which.Epoch.Should().Be(3);

        FolderState.ShouldBeWhole(Folder);
        GitProgram.Run(Folder, "rev-parse", "main~1").Trim().Should().Be(_tip.Hex, "no generation is lost");
        GitProgram.Run(Folder, "config", "core.fsync").Trim().Should().Be("all");
    }

    [Fact]
    public void A_lost_refs_directory_is_made_again_from_the_live_generation()
    {
        Directory.Delete(Git("refs"), recursive: true);

        Publish(3).Should().BeOfType<PublishOutcome.Published>().Which.Epoch.Should().Be(3);

        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void An_emptied_main_does_not_fall_back_to_an_older_packed_one()
    {
        GitProgram.Run(Folder, "pack-refs", "--all");
        Publish(3);
        File.WriteAllText(Git("refs/heads/main"), "");

        Publish(4).Should().BeOfType<PublishOutcome.Published>().Which.Epoch.Should().Be(4);

        FolderState.ShouldBeWhole(Folder);
    }

    [Theory]
    [InlineData("HEAD.lock")]
    [InlineData("packed-refs.lock")]
    [InlineData("index.lock")]
    [InlineData("config.lock")]
    [InlineData("shallow.lock")]
    [InlineData("gc.pid")]
    public void A_lock_that_a_dead_git_left_does_not_stop_a_publish(string name)
    {
        File.WriteAllText(Git(name), "");

        Publish(3).Should().BeOfType<PublishOutcome.Published>();

        File.Delete(Git(name));
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void Our_own_lock_of_main_is_removed_by_the_next_start()
    {
        File.WriteAllText(Git("refs/heads/main.lock"), _tip.Hex + "\n");

        Publish(3).Should().BeOfType<PublishOutcome.Published>();

        FolderState.ShouldBeWhole(Folder);
    }

    [Theory]
    [InlineData("refs/heads/main.lock", "", "*main.lock: another git process holds the branch. If none runs, remove this file.*")]
    [InlineData("refs/heads/main.lock", "0123456789012345678901234567890123456789\n", "*main.lock: another git process holds the branch. If none runs, remove this file.*")]
    [InlineData("refs/heads/main", "garbage", "*main: 'garbage' is no commit id. Restore it: git update-ref refs/heads/main COMMIT.*")]
    [InlineData("refs/heads/main", "0123456789012345678901234567890123456789\n", "*The history lacks the commit 0123456789012345678901234567890123456789*")]
    [InlineData("config", "[core]\n\tbare = false\n", "*config: it does not say 'bare = true'. If it is damaged, remove it: the next update writes it again.*")]
    public void What_cannot_be_healed_safely_is_refused_with_what_to_do(string file, string content, string message)
    {
        Damage(file, content);

        var act = () => Publish(3);

        act.Should().Throw<Exception>().Which.Should().Match<Exception>(e => e is FastDataException || e is IOException);
        act.Should().Throw<Exception>().WithMessage(message);
        ShouldStayLive();
        File.ReadAllText(Git(file)).Should().Be(content, "it is left as it is");
    }

    [Fact]
    public void A_missing_repository_is_refused_and_the_live_generation_stays()
    {
        Directory.Delete(Layout.Repository, recursive: true);

        ((Action)(() => Publish(3))).Should().Throw<FastDataException>().WithMessage("*the repository is gone*Restore it from a copy or a mirror*");
        ShouldStayLive();
        Directory.Exists(Layout.Repository).Should().BeFalse();
    }

    [Fact]
    public void A_repository_of_another_project_is_refused_and_left_as_it_is()
    {
        Directory.Delete(Layout.Repository, recursive: true);
        GitProgram.Run(_temporary.Path, "init", "-q", "-b", "main", "other");
        GitProgram.Run(_temporary["other"], "-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "--allow-empty", "-m", "not ours");
        GitProgram.Run(_temporary.Path, "clone", "-q", "--bare", "other", Layout.Repository);
        var before = GitProgram.Run(Folder, "rev-parse", "main");

        ((Action)(() => Publish(3))).Should().Throw<FastDataException>().WithMessage("*('not ours') carries no epoch: it was not made by Delivery*");
        ShouldStayLive();
        GitProgram.Run(Folder, "rev-parse", "main").Should().Be(before);
    }

    [Theory]
    [InlineData("models/zz.pb", "no model", 3, "*models/zz.pb*not made by Delivery*verify --repair*")]
    [InlineData("models/z z.pb", "no model", 3, "*models/z z.pb*not made by Delivery*verify --repair*")]
    [InlineData("models/zz.json", "{}", 1, "*history went back*")]
    [InlineData("models/zz.json", "{}", null, "*carries no epoch*verify --repair*")]
    public async Task A_commit_made_by_hand_that_is_no_generation_is_refused_and_a_repair_takes_main_back(string path, string content, int? epoch, string message)
    {
        CommitByHand(path, content, epoch);

        ((Action)(() => Publish(3))).Should().Throw<FastDataException>().WithMessage(message);
        new FastDataHistory(Folder).Read().Select(generation => generation.Commit).Should().HaveCount(3).And.Contain(_tip, "history can be read past it");
        ShouldStayLive();
        var report = await new FolderVerification(Folder).RepairAsync(null, CancellationToken.None);

        report.Findings.Should().BeEmpty();
        GitProgram.Run(Folder, "rev-parse", "main").Trim().Should().Be(_tip.Hex);
        Publish(3).Should().BeOfType<PublishOutcome.Published>().Which.Epoch.Should().Be(3);
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_pointer_at_a_commit_that_never_was_is_refused_without_naming_it_as_the_mend()
    {
        var text = File.ReadAllText(Layout.Current);
        File.WriteAllText(Layout.Current, text.Replace(_tip.Hex, _tip.Hex[..^1] + (_tip.Hex[^1] == '0' ? '1' : '0'), StringComparison.Ordinal));

        ((Action)(() => Publish(3))).Should().Throw<FastDataException>().WithMessage("*which the history does not have*verify --repair*").And.Message.Should().NotContain("update-ref");
    }

    [Fact]
    public void After_the_last_epoch_of_all_nothing_is_published_and_the_pointer_stays_one_that_readers_take()
    {
        CommitByHand("models/zz.json", "{}", long.MaxValue);

        ((Action)(() => Publish(3))).Should().Throw<FastDataException>().WithMessage("*9223372036854775807*made by hand*");

        FolderState.ReadLiveWhole(Folder)!.Epoch.Should().Be(long.MaxValue);
    }

    private void CommitByHand(string path, string content, long? epoch)
    {
        File.WriteAllText(_temporary["blob"], content);
        var blob = GitProgram.Run(Folder, "hash-object", "-w", _temporary["blob"]).Trim();
        GitProgram.Run(Folder, "read-tree", "main");
        GitProgram.Run(Folder, "update-index", "--add", "--cacheinfo", $"100644,{blob},{path}");
        var tree = GitProgram.Run(Folder, "write-tree").Trim();
        File.Delete(Git("index"));
        var trailer = epoch is null ? "" : $"\n\nEpoch: {epoch}";
        var commit = GitProgram.Run(Folder, "-c", "user.name=n", "-c", "user.email=e", "commit-tree", tree, "-p", "main", "-m", "by hand" + trailer).Trim();
        GitProgram.Run(Folder, "update-ref", "refs/heads/main", commit);
    }

    [Fact]
    public void A_repository_without_main_beside_a_lost_pointer_is_refused_and_not_begun_again()
    {
        File.Delete(Git("refs/heads/main"));
        File.Delete(Layout.Current);

        ((Action)(() => Publish(3))).Should().Throw<FastDataException>().WithMessage("*neither main nor*says which is the newest*git fsck --lost-found*update-ref refs/heads/main COMMIT*");

        GitProgram.Run(Folder, "update-ref", "refs/heads/main", _tip.Hex);
        Publish(3).Should().BeOfType<PublishOutcome.Published>().Which.Epoch.Should().Be(3);
        FolderState.ShouldBeWhole(Folder);
    }

    [Fact]
    public void A_directory_in_place_of_the_lock_is_told()
    {
        File.Delete(Layout.Lock);
        Directory.CreateDirectory(Layout.Lock);

        ((Action)(() => Publish(3))).Should().Throw<IOException>().WithMessage("*LOCK: a directory; a file was expected. Remove it*");
        ShouldStayLive();
    }

    private string Git(string file) => Path.GetFullPath(Path.Combine(Layout.Repository, file));

    private void Damage(string file, string? content)
    {
        if (content is null) File.Delete(Git(file));
        else File.WriteAllText(Git(file), content);
    }

    private void ShouldStayLive() => FolderState.ReadLiveWhole(Folder)!.Commit.Should().Be(_tip);

    private PublishOutcome Publish(int n)
    {
        var publisher = new FastDataPublisher(Folder);
        return publisher.Publish(new Publication
        {
            ExpectedTip = publisher.ReadTip(default).Commit,
            Message = $"Generation {n}",
            Models = [new ModelChange(ModelName.Parse("news"), TestModels.Linear("news", n), Encoding.UTF8.GetBytes($"{{\"seed\":{n}}}"))],
        }, default);
    }
}
