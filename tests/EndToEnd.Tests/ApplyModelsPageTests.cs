using Delivery.EventLog.Reading;
using Delivery.TestKit;

namespace Delivery.EndToEnd.Tests;

/// <summary>The program and the settings of docs/apply-models.md are a sample that runs as the page tells.</summary>
[Collection(BuildGroup.Name)]
public sealed class ApplyModelsPageTests : IDisposable
{
    private const string Page = "docs/apply-models.md", Program = "samples/Blend/Program.cs", Settings = "samples/Blend/apply.json";

    private readonly TemporaryFolder _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(Program)]
    [InlineData(Settings)]
    public void What_the_page_shows_is_the_file(string file)
    {
        var page = Read(Page);
        var start = page.IndexOf('\n', page.IndexOf("```", page.IndexOf($"<!-- {file} -->", StringComparison.Ordinal), StringComparison.Ordinal)) + 1;

        page[start..page.IndexOf("\n```", start, StringComparison.Ordinal)].Should().Be(Read(file).TrimEnd());
    }

    [Fact]
    public async Task Without_a_model_the_position_is_drawn_and_logged()
    {
        var result = await RunAsync(Path.Combine(Sources.Root, Settings));

        (result.ExitCode, result.Errors).Should().Be((0, ""));
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].Should().MatchRegex(@"^(position \d+|not shown), drawn with probability 0\.\d{1,4}$", "{0} says that all is randomised at first", Settings);
        lines[1..].Should().HaveCount(lines[0].StartsWith("not shown", StringComparison.Ordinal) ? 3 : 4);
        new EventLogReader(_work["events"]).TryRead(out var logged).Should().BeTrue();
        (logged!.Data.RequestId, logged.Data.Model, logged.Data.ClassCount).Should().Be(("r1", "news_online", 11U));
    }

    [Fact]
    public async Task A_model_that_is_not_randomised_puts_the_news_where_it_scores_best()
    {
        new FolderBuilder(_work["fast-data"]).With("news_online", FolderBuilder.Linear("news_online", 11, 3, (position, _) => position == 1 ? 1 : 0)).Publish(7);
        await File.WriteAllTextAsync(_work["apply.json"], """{ "ApplyModels": { "news_online": { "Intent": "NEWS_WIZARD", "ModelSource": "fast_data", "FallBackBlenderPos": 2 } } }""");

        var result = await RunAsync(_work["apply.json"]);

        (result.ExitCode, result.Output, result.Errors).Should().Be((0, "position 1 by Model, epoch 7\nresult 1\nthe news\nresult 2\nresult 3\n", ""));
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_are_told_and_the_page_is_left_as_it_is()
    {
        var result = await RunAsync(_work["absent.json"]);

        (result.ExitCode, result.Output).Should().Be((0, "left as it is: NoApplication\nresult 1\nresult 2\nresult 3\n"));
        result.Errors.Should().Contain("absent.json: it is not there.");
    }

    /// <summary>The command of the program's first line, with folders of this test.</summary>
    private async Task<DeliveryProcess.Result> RunAsync(string settings)
    {
        var line = Read(Program).Split('\n')[0];
        var command = line[line.IndexOf("dotnet run", StringComparison.Ordinal)..];
        command.Should().EndWith($"-- fast-data {Settings} events");
        using var running = DeliveryProcess.StartProgram(
            ["bash", "-c", command.Replace(" fast-data ", $" {_work["fast-data"]} ", StringComparison.Ordinal).Replace(Settings, settings, StringComparison.Ordinal).Replace(" events", $" {_work["events"]}", StringComparison.Ordinal)],
            Sources.Root,
            new Dictionary<string, string>());
        return await running.EndAsync();
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Sources.Root, file));
}
