using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.Models;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.EndToEnd.Tests;

/// <summary>Kills a real <c>delivery mirror --once</c>, or the git that it runs, at the N-th system call that changes the folder, then starts it again.</summary>
public sealed class MirrorKillTests(ITestOutputHelper output) : IDisposable
{
    // Calls by which the mirror and git change files; git unlinks its locks and renames its packs.
    private static readonly string[] Calls = ["fsync", "rename", "unlink", "write"];
    private static readonly int[] Numbers = LongRun.IsWanted ? [.. Enumerable.Range(1, 16)] : [1, 3];

    private readonly TemporaryFolder _temporary = new();

    private string Remote => _temporary["remote"];

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mirror_killed_at_a_system_call_serves_the_old_generation_or_the_new_and_carries_on(bool isFirstContact)
    {
        var version = 0;
        Publish(++version);
        (await PollAsync("mirror")).ExitCode.Should().Be(0);
        var (killed, points) = (0, 0);
        foreach (var (call, number) in Calls.SelectMany(call => Numbers.Select(number => (call, number))))
        {
            var folder = isFirstContact ? $"first-{call}-{number}" : "mirror";
            Publish(++version);
            var before = Live(folder)?.Epoch ?? 0;
            var run = await PollUnderStraceAsync(folder, call, number);

            var seen = Live(folder);
            (seen?.Epoch ?? 0).Should().BeOneOf(before, version);
            if (run.Output.Contains("changed", StringComparison.Ordinal)) seen!.Epoch.Should().Be(version, "this was reported: {0}", run.Output);
            var again = await PollAsync(folder);
            again.ExitCode.Should().Be(0, "after a kill at {0} number {1}: {2}", call, number, again.Errors);
            Live(folder)!.Epoch.Should().Be(version);
            GitProgram.FsckStrict(_temporary[folder]);
            GitProgram.Run(_temporary[folder], "rev-parse", "main").Should().Be(GitProgram.Run(Remote, "rev-parse", "main"));
            Directory.EnumerateFiles(_temporary[folder], "*", SearchOption.AllDirectories).Select(Path.GetFileName)
                .Should().NotContain(name => name!.EndsWith(".lock", StringComparison.Ordinal) || name.StartsWith("tmp_", StringComparison.Ordinal));
            points++;
            killed += run.ExitCode == 0 ? 0 : 1;
        }
        output.WriteLine($"{killed} of {points} runs were killed or failed");
        killed.Should().BeGreaterThan(points / 2);
    }

    private Task<DeliveryProcess.Result> PollAsync(string folder) =>
        DeliveryProcess.RunAsync(_temporary.Path, "mirror", "--from", "remote", "--to", folder, "--once");

    private async Task<DeliveryProcess.Result> PollUnderStraceAsync(string folder, string call, int number)
    {
        string[] strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={number}"];
        using var process = DeliveryProcess.StartUnder(strace, _temporary.Path, new Dictionary<string, string>(), "mirror", "--from", "remote", "--to", folder, "--once");
        return await process.EndAsync();
    }

    /// <summary>The live generation, every file hashed; null when there is none.</summary>
    private Manifest? Live(string folder)
    {
        var reader = new FolderReader(new FolderLayout(_temporary[folder]));
        if (reader.ReadCurrent() is not { } current) return null;
        var manifest = reader.ReadManifest(current);
        foreach (var entry in manifest.Models) ContentHash.Of(File.ReadAllBytes(reader.Layout.ModelPath(entry))).Should().Be(entry.Content);
        return manifest;
    }

    private void Publish(int version)
    {
        var publisher = new FastDataPublisher(Remote);
        var models = new[] { "news", "video", "images" }.Select(name => new ModelChange(ModelName.Parse(name), TestModels.Linear(name, version, classes: 11, features: 601), "{}"u8.ToArray()));
        publisher.Publish(new Publication { ExpectedTip = publisher.ReadTip(default).Commit, Message = $"Version {version}", Models = [.. models] }, default)
            .Should().BeOfType<PublishOutcome.Published>();
    }
}
