using System.Text;
using Delivery.Models;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.FastData.Git.Tests;

/// <summary>Kills or fails a publish at every operation on the disk, then looks at what readers see and starts again.</summary>
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.Fail)]
    public void A_second_publish_that_dies_anywhere_leaves_the_old_generation_or_the_new(Fault fault)
    {
        var start = _temporary["start"];
        new FastDataPublisher(start).Publish(Generation(null, 1), default);
        var points = Enumerate(fault, start, (folder, disk) =>
        {
            var publisher = new FastDataPublisher(folder, disk: disk);
            publisher.Publish(Generation(publisher.ReadTip(default).Commit, 2), default);
        }, lowestEpoch: 1);
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(30);
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.Fail)]
    public void A_first_publish_that_dies_anywhere_leaves_nothing_or_the_first_generation(Fault fault)
    {
        Directory.CreateDirectory(_temporary["start"]);
        var points = Enumerate(fault, _temporary["start"], (folder, disk) => new FastDataPublisher(folder, disk: disk).Publish(Generation(null, 1), default), lowestEpoch: 0);
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(30);
    }

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashAfter)]
    public void A_recovery_that_dies_anywhere_is_finished_by_the_next(Fault fault)
    {
        // Committed but not announced, and the prepared manifest damaged: the longest recovery there is.
        var start = _temporary["start"];
        new FastDataPublisher(start).Publish(Generation(null, 1), default);
        var layout = new FolderLayout(start);
        var old = File.ReadAllBytes(layout.Current);
        new FastDataPublisher(start).Publish(Generation(new FastDataPublisher(start).ReadTip(default).Commit, 2), default);
        var live = FolderState.ReadLiveWhole(start)!;
        File.WriteAllBytes(layout.Current, old);
        File.Delete(layout.ManifestPath(live.Epoch, live.Commit));
        foreach (var entry in live.Models.Where(model => model.Name.Value != "same")) File.Delete(layout.ModelPath(entry));

        var points = Enumerate(fault, start, (folder, disk) => new FastDataPublisher(folder, disk: disk).ReadTip(default), lowestEpoch: 1, publishedEpoch: 2);
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(8);
    }

    private int Enumerate(Fault fault, string start, Action<string, FaultyDisk> work, long lowestEpoch, long publishedEpoch = 0)
    {
        for (var at = 1; ; at++)
        {
            var folder = _temporary[$"{fault}-{at}"];
            Copy(start, folder);
            var disk = new FaultyDisk(at, fault);
            var failure = Record.Exception(() => work(folder, disk));
            if (!disk.Happened) return at - 1;

            var seen = FolderState.ReadLiveWhole(folder);
            (seen?.Epoch ?? 0).Should().BeGreaterThanOrEqualTo(lowestEpoch, "operation {0}, {1}", at, failure?.Message);
            ShouldBeOneGeneration(seen);

            var publisher = new FastDataPublisher(folder);
            var tip = publisher.ReadTip(default);
            tip.Epoch.Should().BeGreaterThanOrEqualTo(System.Math.Max(seen?.Epoch ?? 0, publishedEpoch));
            if (failure is null) tip.Epoch.Should().BeGreaterThan(lowestEpoch, "what was reported is never lost");
            publisher.Publish(Generation(tip.Commit, 3), default).Should().BeOfType<PublishOutcome.Published>().Which.Epoch.Should().Be(tip.Epoch + 1);
            FolderState.ShouldBeWhole(folder);
            ShouldBeOneGeneration(FolderState.ReadLiveWhole(folder));
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void ShouldBeOneGeneration(Manifest? manifest)
    {
        if (manifest is null) return;
        var generations = manifest.Models.Where(model => model.Name.Value != "same")
            .Select(model => Enumerable.Range(1, 3).Single(n => ContentHash.Of(TestModels.Linear(model.Name.Value, n)) == model.Content));
        generations.Distinct().Should().ContainSingle("a mix of two generations is never live");
    }

    private static Publication Generation(CommitId? tip, int n) => new()
    {
        ExpectedTip = tip,
        Message = $"Generation {n}",
        Models = [Change("a", n), Change("b", n), Change("same", 0)],
        Control = new Dictionary<string, ReadOnlyMemory<byte>?> { ["quarantine.json"] = Encoding.UTF8.GetBytes($"{{\"n\":{n}}}") },
    };

    private static ModelChange Change(string name, int seed) =>
        new(ModelName.Parse(name), TestModels.Linear(name, seed), Encoding.UTF8.GetBytes($"{{\"seed\":{seed}}}"));

    private static void Copy(string from, string to)
    {
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        }
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories)) File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
