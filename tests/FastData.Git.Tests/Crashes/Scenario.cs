using System.Text;
using Delivery.FastData.Storage;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Crashes;

/// <summary>One operation on a folder, from a known start: what the enumeration breaks off at every point.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Start">The folder before.</param>
/// <param name="Work">The operation; gives the epoch that it reported.</param>
internal sealed record Scenario(string Name, FolderImage Start, Func<FastDataPublisher, long> Work)
{
    public const string First = "first publish";
    public const string Second = "publish";
    public const string Rollback = "rollback";
    public const string Cleanup = "cleanup";

    // Far enough that every manifest is old, and standing still, so that the same work makes the same bytes.
    private static readonly ManualTime Time = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static FastDataPublisher Publisher(string folder, ISystemCalls calls) => new(folder, Time, new LocalDisk(calls));

    /// <summary>A publish of one of the operations.</summary>
    public static Scenario Publish(string name)
    {
        var before = name switch { First => 0, Second => 1, Rollback => 2, _ => 6 };
        return new Scenario(name, StartWith(before), publisher => Report(publisher, tip => name == Rollback ? Back(tip) : Generation(tip, before + 1)));
    }

    /// <summary>The recovery of a folder that something has left in this state.</summary>
    public static Scenario Recovery(string name, FolderImage left) => new($"recovery, {name}", left, publisher => publisher.ReadTip(default).Epoch);

    /// <summary>The first generations, one after another.</summary>
    public static FolderImage StartWith(int generations)
    {
        using var folder = new TemporaryFolder();
        for (var n = 1; n <= generations; n++)
        {
            var publisher = new FastDataPublisher(folder.Path, Time, new LocalDisk(new QuickCalls())) { KeepGenerations = TimeSpan.FromDays(365_000) };
            Report(publisher, tip => Generation(tip, n));
        }
        return FolderImage.Read(folder.Path);
    }

    /// <summary>Three models, one of which never changes, and a control file.</summary>
    public static Publication Generation(CommitId? tip, int n) => new()
    {
        ExpectedTip = tip,
        Message = $"Generation {n}",
        Models = [Change("a", n), Change("b", n), Change("same", 0)],
        Control = new Dictionary<string, ReadOnlyMemory<byte>?> { ["quarantine.json"] = Encoding.UTF8.GetBytes($"{{\"n\":{n}}}") },
    };

    /// <summary>Publishes what is decided on the tip, and gives the epoch.</summary>
    public static long Report(FastDataPublisher publisher, Func<CommitId?, Publication> decide) =>
        publisher.Publish(decide(publisher.ReadTip(default).Commit), default).Should().BeOfType<PublishOutcome.Published>().Which.Epoch;

    // Old content under a new epoch, and a model that goes.
    private static Publication Back(CommitId? tip) => Generation(tip, 1) with
    {
        Models = [Change("a", 1), Change("b", 1)],
        Removed = [ModelName.Parse("same")],
    };

    private static ModelChange Change(string name, int seed) =>
        new(ModelName.Parse(name), TestModels.Linear(name, seed), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}"));
}
