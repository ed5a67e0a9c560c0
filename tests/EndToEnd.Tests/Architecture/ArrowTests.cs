using System.Text.Json;
using System.Xml.Linq;

namespace Delivery.EndToEnd.Tests.Architecture;

/// <summary>The arrows between projects. One that is missing here is a decision to be taken, not a line to be added in passing.</summary>
public sealed class ArrowTests
{
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Models"] = [],
        ["Evaluation"] = ["Models"],
        ["FastData"] = ["Models"],
        ["FastData.Git"] = ["FastData"],
        ["ApplyRuntime"] = ["EventLog", "FastData", "Models"],
        ["EventLog"] = ["Models"],
        ["TrainingStore"] = ["Models"],
        ["Training"] = ["Evaluation", "TrainingStore"],
        ["Updater"] = ["Evaluation", "FastData.Git", "TrainingStore"],
        ["Cli"] = ["ApplyRuntime", "EventLog", "Training", "Updater"],
    };

    [Fact]
    public void Every_project_refers_to_the_projects_that_it_may_and_no_others()
    {
        var found = Directory.EnumerateDirectories(Path.Combine(Sources.Root, "src")).ToDictionary(
            folder => Path.GetFileName(folder),
            folder => References(folder).Order(StringComparer.Ordinal).ToArray());

        found.Should().BeEquivalentTo(Arrows);
    }

    [Theory]
    [InlineData("ApplyRuntime")]
    [InlineData("EventLog")]
    public void A_search_process_gets_no_git_no_scheduler_no_database_and_no_web_stack(string project)
    {
        using var locked = JsonDocument.Parse(File.ReadAllText(Path.Combine(Sources.Root, "src", project, "packages.lock.json")));
        var atRunTime = locked.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject().Select(package => package.Name)
            .Where(name => !name.EndsWith("Analyzer", StringComparison.Ordinal) && !name.EndsWith("Analyzers", StringComparison.Ordinal) && !name.StartsWith("delivery.", StringComparison.OrdinalIgnoreCase));

        atRunTime.Except(["Grpc.Tools"]).Should().Equal("Google.Protobuf");
        File.ReadAllText(Path.Combine(Sources.Root, "src", project, project + ".csproj")).Should().NotContain("FrameworkReference");
    }

    [Theory]
    [InlineData("LibGit2Sharp", "FastData.Git")]
    [InlineData("Quartz", "Updater")]
    [InlineData("Microsoft.Data.Sqlite", "TrainingStore")]
    [InlineData("Spectre.Console", "Cli")]
    public void A_library_is_known_to_one_project(string library, string project)
    {
        Sources.CSharp("src").Where(path => File.ReadAllText(path).Contains($"using {library}", StringComparison.Ordinal)).Select(Sources.Relative)
            .Should().OnlyContain(path => path.StartsWith($"src/{project}/", StringComparison.Ordinal));
    }

    private static IEnumerable<string> References(string folder) =>
        XDocument.Load(Directory.EnumerateFiles(folder, "*.csproj").Single())
            .Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
}
