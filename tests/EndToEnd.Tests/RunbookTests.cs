using System.Diagnostics;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>Makes each failure of docs/runbook.md, sees that it looks as the page says, and types what the page says.</summary>
public sealed class RunbookTests(RunbookTests.Sound sound) : IClassFixture<RunbookTests.Sound>
{
    [Fact]
    public void Every_block_has_a_marker_and_every_marker_a_failure()
    {
        RunbookPage.Blocks.Where(block => block.Marker is null).Should().BeEmpty();
        RunbookPage.Blocks.Should().OnlyContain(block => block.Kind == "sh" || block.Kind == "text");
        RunbookPage.Blocks.Select(block => block.Marker).Distinct().Should().BeEquivalentTo(RunbookScenario.All.Keys);
        foreach (var blocks in RunbookPage.Blocks.GroupBy(block => block.Marker)) blocks.Should().Contain(block => block.IsTyped, "{0} says what to type", blocks.Key);
    }

    [Fact]
    public void Every_link_of_the_page_leads_somewhere()
    {
        foreach (var link in RunbookPage.Links)
        {
            if (link.StartsWith('#')) RunbookPage.Anchors.Should().Contain(link[1..]);
            else File.Exists(Path.Combine(Sources.Root, "docs", link)).Should().BeTrue("the page links to {0}", link);
        }
    }

    [Theory]
    [MemberData(nameof(Markers))]
    public void A_failure_looks_as_the_page_says_and_what_it_says_to_type_heals_it(string marker)
    {
        var scenario = RunbookScenario.All[marker];
        using var place = new Place(sound);
        var (broken, how) = place.Type(scenario.Break);
        broken.Should().Be(0, "{0}", how);

        var printed = "";
        foreach (var block in RunbookPage.Blocks.Where(block => block.Marker == marker))
        {
            if (block.IsTyped) printed = Typed(place, block);
            else if (block.IsTranscript) foreach (var (command, prints) in RunbookPage.Transcript(block)) ShouldPrint(prints, place.Type(command).Output);
            else ShouldPrint(block.Content.Split('\n'), printed);
        }

        var (healed, said) = place.Type(scenario.Healed);
        healed.Should().Be(0, "after {0} '{1}' said {2}", printed, scenario.Healed, said);
    }

    /// <summary>All markers whose failure this machine can make.</summary>
    public static TheoryData<string> Markers() => new(RunbookScenario.All.Where(scenario => !scenario.Value.NeedsMount || Mount.Obstacle is null).Select(scenario => scenario.Key));

    private static string Typed(Place place, RunbookBlock block)
    {
        var (exitCode, output) = place.Type(block.Content);
        exitCode.Should().Be(0, "{0} printed {1}", block.Content, output);
        return output;
    }

    private static void ShouldPrint(string[] lines, string output) =>
        RunbookPage.FirstMissing(lines, output).Should().BeNull("the page says so, and this was printed: {0}", output);

    /// <summary>An installation with three generations, copied for each failure; and a store that has a fourth version.</summary>
    public sealed class Sound : IAsyncLifetime, IDisposable
    {
        private readonly Installation _installation = new("news", "video");
        private readonly TemporaryFolder _beside = new();

        public string Folder => Path.GetDirectoryName(_installation.Config)!;

        /// <summary>The store after more training.</summary>
        public string Next => _beside["next.db"];

        /// <summary>The folder of the command <c>delivery</c>.</summary>
        public string Programs => _beside["bin"];

        public async Task InitializeAsync()
        {
            Directory.CreateDirectory(Programs);
            DeliveryCommand.Write(Path.Combine(Programs, "delivery"));
            for (var n = 1; n <= 3; n++)
            {
                await _installation.TrainAsync(n);
                (await _installation.UpdateAsync()).ExitCode.Should().Be(0);
            }
            var store = Path.Combine(Folder, "training.db");
            File.Copy(store, _beside["now.db"]);
            await _installation.TrainAsync(4);
            File.Move(store, Next);
            File.Move(_beside["now.db"], store);
            await Task.Delay(TimeSpan.FromSeconds(1.1)); // what was replaced this second is not older than nothing, and some failures begin with moving it
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose()
        {
            _installation.Dispose();
            _beside.Dispose();
        }
    }

    /// <summary>A copy of the sound installation, and a shell in it.</summary>
    private sealed class Place : IDisposable
    {
        private readonly TemporaryFolder _temporary = new();
        private readonly Sound _sound;

        public Place(Sound sound)
        {
            _sound = sound;
            Mount.Run("cp", "-a", sound.Folder, Folder);
            Directory.CreateDirectory(_temporary["home"]);
        }

        private string Folder => _temporary["installation"];

        /// <summary>Types commands as into bash, and stops at the first that fails.</summary>
        public (int ExitCode, string Output) Type(string commands)
        {
            var script = $"next() {{ cp '{_sound.Next}' training.db; }}\n{{\n{(commands.Length == 0 ? "true" : commands)}\n}} 2>&1";
            var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = Folder };
            foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("DELIVERY_", StringComparison.Ordinal) || name.StartsWith("GIT_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
            start.Environment["PATH"] = $"{_sound.Programs}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}";
            start.Environment["HOME"] = _temporary["home"];
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }

        public void Dispose()
        {
            Type("if command -v mountpoint > /dev/null && mountpoint -q fast-data; then umount -l fast-data; fi");
            _temporary.Dispose();
        }
    }
}
