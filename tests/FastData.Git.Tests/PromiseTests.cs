using System.Text;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests;

/// <summary>
/// What the folder promises, each by a test that tries to break it. "A crash at any system call loses nothing that was reported" is
/// <see cref="Crashes.CrashTests"/>, and <see cref="TwoWritersTests"/> for a real process that is killed.
/// </summary>
public sealed class PromiseTests : IDisposable
{
    private static readonly Actor Operator = new("Ann", "ann@example.org");
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary["fast-data"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_reader_never_sees_a_torn_unverified_or_uncommitted_model()
    {
        var main = Path.Combine(Folder, ".git", "refs", "heads", "main");
        var seen = new SortedSet<long>();
        var disk = new WatchedDisk(() =>
        {
            // Whatever step the publisher has just done, what is live is whole and committed.
            if (FolderState.ReadLiveWhole(Folder) is not { } live) return;
            seen.Add(live.Epoch);
            var tip = File.ReadAllText(main).Trim();
            new FastDataHistory(Folder).Read(from: CommitId.Parse(tip)).Select(generation => generation.Commit).Should().Contain(live.Commit);
        });
        var publisher = new FastDataPublisher(Folder, disk: disk) { KeepGenerations = TimeSpan.Zero };

        for (var n = 1; n <= 5; n++) Publish(publisher, $"Generation {n}", Change("a", n), Change("b", n));

        seen.Should().Equal(1, 2, 3, 4, 5);
        disk.Calls.Should().BeGreaterThan(100);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("another name")]
    [InlineData("cut short")]
    [InlineData("control name")]
    [InlineData("delivered and removed")]
    public void Bad_input_gives_an_error_that_names_it_and_changes_nothing(string input)
    {
        var publisher = new FastDataPublisher(Folder);
        Publish(publisher, "Generation 1", Change("news", 1));
        var before = FolderImage.Read(Folder).Fingerprint();
        var publication = new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = "Bad" };
        var good = Change("news", 2);
        var (bad, named) = input switch
        {
            "garbage" => (publication with { Models = [good with { File = "no model"u8.ToArray() }] }, "*"),
            "another name" => (publication with { Models = [good with { Name = ModelName.Parse("video") }] }, "*'video' holds the model 'news'*"),
            "cut short" => (publication with { Models = [good with { File = good.File[..^7] }] }, "*"),
            "control name" => (publication with { Control = new Dictionary<string, ReadOnlyMemory<byte>?> { ["../x.json"] = "{}"u8.ToArray() } }, "*'../x.json'*"),
            _ => (publication with { Models = [good], Removed = [good.Name] }, "*'news' is both delivered and removed*"),
        };

        var act = () => publisher.Publish(bad, default);

        act.Should().Throw<Exception>().WithMessage(named).Which.Message.Should().NotBeEmpty();
        FolderImage.Read(Folder).Fingerprint().Should().Be(before);
    }

    [Fact]
    public void Every_live_change_has_a_commit_that_says_what_why_by_whom_and_on_what_evidence()
    {
        var publisher = new FastDataPublisher(Folder);
        var live = new List<Manifest>();
        Publish(publisher, "Deliver 2 models\n\nnews: new\nvideo: new\n\nReason: first", Change("news", 1), Change("video", 1));
        live.Add(FolderState.ReadLiveWhole(Folder)!);
        Publish(publisher, "Deliver 1 model\n\nnews: better\n\nReason: gate", Change("news", 2));
        live.Add(FolderState.ReadLiveWhole(Folder)!);
        publisher.Publish(new Publication { ExpectedTip = live[^1].Commit, Message = "Retire video\n\nReason: unused", Actor = Operator, Removed = [ModelName.Parse("video")] }, default).Should().BeOfType<PublishOutcome.Published>();
        live.Add(FolderState.ReadLiveWhole(Folder)!);

        foreach (var manifest in live)
        {
            var commit = manifest.Commit.Hex;
            GitProgram.Run(Folder, "log", "-1", "--format=%an", commit).Trim().Should().Be(manifest.Epoch == 3 ? "Ann" : "Delivery");
            GitProgram.Run(Folder, "log", "-1", "--format=%(trailers:key=Reason,valueonly)", commit).Trim().Should().NotBeEmpty("it says why");
            GitProgram.Run(Folder, "log", "-1", "--name-status", "--format=", commit).Should().MatchRegex(@"[AMD]\tmodels/\w+\.json", "the evidence changes with the model");
        }
        GitProgram.Run(Folder, "show", $"{live[1].Commit}:models/news.json").Should().Be("{\"seed\":2}");
        GitProgram.Run(Folder, "rev-list", "--count", "main").Trim().Should().Be("3", "each change of what is live is one commit");
    }

    private static ModelChange Change(string name, int seed) =>
        new(ModelName.Parse(name), TestModels.Linear(name, seed), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}"));

    private static void Publish(FastDataPublisher publisher, string message, params ModelChange[] models) =>
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = message, Models = models }, default).Should().BeOfType<PublishOutcome.Published>();
}
