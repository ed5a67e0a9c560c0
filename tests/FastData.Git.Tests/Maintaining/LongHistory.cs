using System.Text;
using Delivery.FastData.Git.Maintaining;
using Delivery.Models;
using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Maintaining;

/// <summary>A folder with weeks of publishes, one every six hours from 2026-01-01: <c>a</c> changes each time, <c>b</c> each tenth time, <c>still</c> never.</summary>
internal sealed class LongHistory : IDisposable
{
    public static readonly TimeSpan Step = TimeSpan.FromHours(6);
    private readonly TemporaryFolder _temporary = new();
    private readonly FastDataPublisher _publisher;

    public LongHistory(int publishes)
    {
        _publisher = new FastDataPublisher(Folder, Time);
        Publish(publishes);
    }

    public ManualTime Time { get; } = new();

    public string Folder => _temporary["fast-data"];

    public string Cold => _temporary["fast-data-cold"];

    public List<CommitId> Commits { get; } = [];

    public string this[string name] => _temporary[name];

    public static byte[] Weights(string name, int n) => TestModels.Linear(name, name == "still" ? 0 : name == "b" ? n / 10 : n, classes: 4, features: 9);

    public static ModelName Name(string name) => ModelName.Parse(name);

    public static Publication Generation(CommitId? tip, int n) => new()
    {
        ExpectedTip = tip,
        Message = $"Generation {n}",
        Models = [.. new[] { "a", "b", "still" }.Select(name => new ModelChange(Name(name), Weights(name, n), Encoding.UTF8.GetBytes($"{{\"n\":{(name == "still" ? 0 : n)}}}\n")))],
    };

    public void Publish(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Time.Advance(Step);
            var outcome = _publisher.Publish(Generation(_publisher.ReadTip(default).Commit, Commits.Count), default);
            Commits.Add(outcome.Should().BeOfType<PublishOutcome.Published>().Which.Commit);
        }
    }

    public FolderMaintenance Maintenance(Func<MaintenanceOptions, MaintenanceOptions>? change = null, FaultyDisk? disk = null) =>
        new(Folder, (change ?? (o => o))(new MaintenanceOptions()), Time, disk);

    public Task<MaintenanceReport> MaintainAsync(Func<MaintenanceOptions, MaintenanceOptions>? change = null) => Maintenance(change).RunAsync(dryRun: false, default);

    public void TakeColdAway() => Directory.Move(Cold, Cold + "-away");

    public void BringColdBack() => Directory.Move(Cold + "-away", Cold);

    /// <summary>Every model of every commit has the bytes that were delivered, and git finds nothing wrong.</summary>
    public void ShouldHaveItAll() => ShouldHaveItAll(Folder, "");

    /// <summary>The folder and its cold side once more, side by side in another place.</summary>
    public Twin Copy() => new(this);

    public void Dispose() => _temporary.Dispose();

    private void ShouldHaveItAll(string folder, string where)
    {
        GitProgram.FsckStrict(folder);
        var history = new FastDataHistory(folder);
        for (var n = 0; n < Commits.Count; n++)
        {
            foreach (var name in new[] { "a", "b", "still" })
            {
                history.Find(Name(name), Commits[n])!.File.Span.SequenceEqual(Weights(name, n)).Should().BeTrue("{0} of generation {1} stays readable; {2}", name, n, where);
            }
        }
        FolderState.ShouldBeWhole(folder);
    }

    /// <summary>A copy that may be damaged.</summary>
    internal sealed class Twin : IDisposable
    {
        private readonly LongHistory _original;
        private readonly TemporaryFolder _temporary = new();

        public Twin(LongHistory original)
        {
            _original = original;
            TemporaryFolder.Copy(original.Folder, Folder);
            TemporaryFolder.Copy(original.Cold, _temporary["fast-data-cold"]);
            var alternates = System.IO.Path.Combine(Folder, ".git", "objects", "info", "alternates");
            File.WriteAllText(alternates, File.ReadAllText(alternates).Replace(original.Cold, _temporary["fast-data-cold"], StringComparison.Ordinal));
        }

        public string Path => _temporary.Path;

        public string Folder => _temporary["fast-data"];

        public string this[string name] => _temporary[name];

        public void ShouldHaveItAll(string where) => _original.ShouldHaveItAll(Folder, where);

        public void Dispose() => _temporary.Dispose();
    }
}
