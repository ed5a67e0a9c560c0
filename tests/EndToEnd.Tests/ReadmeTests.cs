using System.Diagnostics;
using System.Text.RegularExpressions;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>Runs what the README tells a reader to type, after a small demo.</summary>
[Collection(BuildGroup.Name)]
public sealed partial class ReadmeTests(ReadmeTests.SmallDemo demo) : IClassFixture<ReadmeTests.SmallDemo>
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Sources.Root, "README.md"));

    [Fact]
    public void The_demo_of_the_readme_runs_from_its_script() => demo.Output.Should().Contain("epoch");

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_of_the_readme_works(string command)
    {
        var (exitCode, output) = Shell(command.Replace("demo-work", demo.Folder, StringComparison.Ordinal));

        exitCode.Should().Be(0, "{0} printed {1}", command, output);
        output.Should().NotBeEmpty();
    }

    [Fact]
    public void The_program_of_the_readme_is_the_sample_and_runs()
    {
        var sample = File.ReadAllText(Path.Combine(Sources.Root, "samples", "Embed", "Program.cs"));
        Block("<!-- samples/Embed/Program.cs -->").Should().Be(sample.TrimEnd());

        var (exitCode, output) = Shell($"dotnet run --project samples/Embed -c Release -- {demo.Folder}/fast-data");

        exitCode.Should().Be(0, output);
        output.Should().Contain("Ready: epoch").And.Contain("by Model, epoch").And.Contain("no_such_model: class 2 by Fallback, NoModel");
    }

    [Fact]
    public void The_sample_that_learns_makes_a_model_in_a_training_store()
    {
        Readme.Should().Contain("dotnet run --project samples/Learn -c Release -- training.db");
        using var folder = new TemporaryFolder();

        var (learned, output) = Shell($"dotnet run --project samples/Learn -c Release -- {folder["training.db"]}");
        learned.Should().Be(0, output);

        var (shown, report) = Shell($"./delivery store get news_position --store {folder["training.db"]}");
        shown.Should().Be(0, report);
        report.Should().Contain("news_position").And.Contain("linear_softmax");
    }

    [Fact]
    public async Task The_service_of_the_readme_runs_a_cycle_and_stops_when_told_to()
    {
        Readme.Should().Contain("./delivery serve --config delivery.json");
        using var service = DeliveryProcess.Start(demo.Folder, new Dictionary<string, string>(), "serve");
        await service.LineWithAsync("Cycle");

        service.Signal(15);

        (await service.EndAsync()).ExitCode.Should().Be(0);
    }

    [Fact]
    public void Every_page_that_the_readme_links_to_is_there() =>
        Link().Matches(Readme).Select(link => link.Groups["target"].Value).Where(target => !target.StartsWith("http", StringComparison.Ordinal))
            .Should().OnlyContain(target => Path.Exists(Path.Combine(Sources.Root, target)));

    public static TheoryData<string> Commands() => new(Fence().Matches(Readme)
        .SelectMany(block => block.Groups["content"].Value.Split('\n'))
        .Where(line => line.StartsWith("./delivery ", StringComparison.Ordinal) || line.StartsWith("git -C ", StringComparison.Ordinal))
        .Distinct());

    private static string Block(string marker)
    {
        var start = Readme.IndexOf('\n', Readme.IndexOf("```", Readme.IndexOf(marker, StringComparison.Ordinal), StringComparison.Ordinal)) + 1;
        return Readme[start..Readme.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    private static (int ExitCode, string Output) Shell(string command)
    {
        var start = new ProcessStartInfo("bash") { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Sources.Root };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command + " 2>&1");
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"^```[a-z]*\n(?<content>.*?)\n```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<target>[^)#]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Link();

    /// <summary>The demo on a few tests, once for all that follows.</summary>
    public sealed class SmallDemo : IDisposable
    {
        private readonly TemporaryFolder _temporary = new();

        public SmallDemo()
        {
            Folder = _temporary["demo-work"];
            (var exitCode, Output) = Shell($"./demo.sh --work {Folder} --tests 6 --cycles 3");
            exitCode.Should().Be(0, Output);
        }

        public string Folder { get; }

        public string Output { get; }

        public void Dispose() => _temporary.Dispose();
    }
}
