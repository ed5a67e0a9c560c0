using Delivery.FastData.Publishing;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Crashes;

/// <summary>Whether a folder that a fault left keeps the promises: to readers at once, to the next publisher, and to git.</summary>
internal sealed class Judge
{
    private readonly Dictionary<long, Manifest> _known = [];
    private readonly long _lowest;
    private int _judged;

    /// <param name="scenario">The operation that was broken off. It is run here once without a fault, to know what it makes.</param>
    public Judge(Scenario scenario)
    {
        using var folder = new TemporaryFolder();
        scenario.Start.WriteTo(folder["start"]);
        if (FolderState.ReadLiveWhole(folder["start"]) is { } before) _known[before.Epoch] = before;
        _lowest = _known.Keys.SingleOrDefault();
        var quick = Scenario.Publisher(folder["start"], new QuickCalls());
        Reported = scenario.Work(quick);
        if (FolderState.ReadLiveWhole(folder["start"]) is { } after) _known[after.Epoch] = after;
    }

    /// <summary>What the operation reports when nothing is wrong.</summary>
    public long Reported { get; }

    /// <summary>Fails when a promise is broken.</summary>
    /// <param name="folder">What the fault left.</param>
    /// <param name="reported">The epoch that was reported before it; 0 for none.</param>
    /// <param name="why">The point, for the message.</param>
    /// <param name="publisher">Who goes on; null for a new process.</param>
    public void ShouldKeepPromises(string folder, long reported, string why, FastDataPublisher? publisher = null)
    {
        try
        {
            var seen = FolderState.ReadLiveWhole(folder);
            ShouldBeKnown(seen?.Epoch ?? 0, seen?.Models, "a reader sees one whole generation");
            (seen?.Epoch ?? 0).Should().BeGreaterThanOrEqualTo(System.Math.Max(_lowest, reported), "what was reported is live");

            publisher ??= Scenario.Publisher(folder, new QuickCalls());
            var tip = publisher.ReadTip(default);
            ShouldBeKnown(tip.Epoch, tip.Models.Values.OrderBy(model => model.Name), "the history holds whole generations");
            tip.Epoch.Should().BeGreaterThanOrEqualTo(System.Math.Max(seen?.Epoch ?? 0, reported), "what was reported is committed");
            FolderState.ReadLiveWhole(folder)?.Epoch.Should().Be(tip.Epoch, "a recovered folder has its tip live");

            Scenario.Report(publisher, commit => Scenario.Generation(commit, 9)).Should().Be(tip.Epoch + 1);
            FolderState.ReadLiveWhole(folder)!.Epoch.Should().Be(tip.Epoch + 1);
            new FastDataHistory(folder).Read().Select(generation => generation.Epoch).Should().Equal(Enumerable.Range(1, (int)tip.Epoch + 1).Reverse().Select(n => (long)n));
            Scenario.Publisher(folder, new QuickCalls()).ReadTip(default).Epoch.Should().Be(tip.Epoch + 1); // the start of the next process tidies up
            ShouldHaveNoLeavings(folder);
            // git takes longer than all of the above, so it judges one state in twenty.
            if (Interlocked.Increment(ref _judged) % 20 == 1) FolderState.ShouldBeWhole(folder);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{why}: {e.Message}", e);
        }
    }

    private void ShouldBeKnown(long epoch, IEnumerable<ManifestEntry>? models, string because)
    {
        if (epoch == 0 && _lowest == 0) return;
        _known.Should().ContainKey(epoch, because);
        models.Should().Equal(_known[epoch].Models, because);
    }

    private static void ShouldHaveNoLeavings(string folder)
    {
        var names = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path)).ToList();
        names.Should().NotContain(name => name.Contains("tmp", StringComparison.Ordinal) || name.EndsWith(".lock", StringComparison.Ordinal) || name.EndsWith(".keep", StringComparison.Ordinal));
        names.Count(name => name.EndsWith(".pack", StringComparison.Ordinal)).Should().Be(names.Count(name => name.EndsWith(".idx", StringComparison.Ordinal)));
        var manifests = names.Count(name => name.StartsWith("manifests", StringComparison.Ordinal));
        manifests.Should().BeLessThanOrEqualTo(Retirement.KeepAtLeast, "old generations leave");
        var named = Directory.EnumerateFiles(Path.Combine(folder, "manifests")).SelectMany(path => Manifest.Parse(File.ReadAllBytes(path), path).Models).Select(model => "models/" + model.File).ToHashSet();
        names.Where(name => name.StartsWith("models/", StringComparison.Ordinal)).Should().BeSubsetOf(named, "no live file is left that nothing names");
    }
}
