using System.Text;
using Delivery.FastData.Git.Control;
using Delivery.FastData.Storage;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Control;

/// <summary>A real folder with a clock that stands still, and short ways to deliver into it and to give orders.</summary>
internal sealed class ControlScene : IDisposable
{
    public static readonly ModelName News = ModelName.Parse("news"), Video = ModelName.Parse("video");
    public static readonly Actor Ann = new("ann", "ann@host");

    private readonly TemporaryFolder _temporary = new();

    public ManualTime Time { get; } = new();

    public string Folder => _temporary["fast-data"];

    public FastDataControl Control => new(Publisher(), Time);

    public void Dispose() => _temporary.Dispose();

    public FastDataPublisher Publisher(IDisk? disk = null) => new(Folder, Time, disk);

    public FastDataTip Tip() => Publisher().ReadTip(default);

    public static ControlRequest Because(string? reason, DateTimeOffset? until = null) => new(Ann, reason, until);

    public DateTimeOffset In(TimeSpan span) => Time.GetUtcNow() + span;

    /// <summary>Delivers models by name and seed, and gives the commit.</summary>
    public CommitId Deliver(params (ModelName Name, int Seed)[] models) => Publish(new Publication
    {
        ExpectedTip = Tip().Commit,
        Message = $"Deliver {string.Join(", ", models)}",
        Models = [.. models.Select(model => new ModelChange(model.Name, FileOf(model.Name, model.Seed), Encoding.UTF8.GetBytes($"{{\n  \"seed\": {model.Seed}\n}}\n")))],
    });

    public CommitId Publish(Publication publication)
    {
        Time.Advance(TimeSpan.FromMinutes(1));
        return Publisher().Publish(publication, default).Should().BeOfType<PublishOutcome.Published>().Subject.Commit;
    }

    public static byte[] FileOf(ModelName name, int seed) => TestModels.Linear(name.Value, seed);

    public static ContentHash Content(ModelName name, int seed) => ContentHash.Of(FileOf(name, seed));

    /// <summary>Checks that an order was done, and that the folder is whole after it.</summary>
    public ControlOutcome.Done Done(ControlOutcome outcome)
    {
        var done = outcome.Should().BeOfType<ControlOutcome.Done>().Subject;
        FolderState.ShouldBeWhole(Folder);
        FolderState.ReadLiveWhole(Folder)!.Commit.Should().Be(done.Commit);
        return done;
    }

    /// <summary>What readers see: the seed of each live model.</summary>
    public string Live() => string.Join(' ', FolderState.ReadLiveWhole(Folder)!.Models.Select(model => $"{model.Name}={Enumerable.Range(1, 20).Single(seed => Content(model.Name, seed) == model.Content)}"));

    public string Git(params string[] arguments) => GitProgram.Run(Folder, arguments);

    public int Commits() => int.Parse(Git("rev-list", "--count", "main"));

}
