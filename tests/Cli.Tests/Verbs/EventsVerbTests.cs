using System.Text.Json;
using Delivery.EventLog;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

public sealed class EventsVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // A slow machine takes longer to close a log than a user would wait.
    private readonly EventLogOptions _patient = new() { CloseTimeout = TimeSpan.FromMinutes(10) };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Cat_prints_the_decisions_in_words_or_as_json()
    {
        Write(3, "news_touch", "images");

        var text = await DeliveryProcess.RunAsync(_folder.Path, "events", "cat", "events");
        var json = await DeliveryProcess.RunAsync(_folder.Path, "events", "cat", "events", "--model", "images", "-n", "2", "--json");

        (text.ExitCode, text.Errors).Should().Be((0, ""));
        text.Output.Should().StartWith("request news_touch-0, at 2026-01-01 00:00:00.000Z\n  model news_touch, not there yet, 0 requests\n").And.Contain("request images-2").And.Contain("features 2, norm NaN: 1 NaN");
        var lines = json.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Select(line => line.GetProperty("request_id").GetString()).Should().Equal("images-0", "images-1");
        lines[1].GetProperty("propensity").GetDouble().Should().Be(0.25);
        lines[1].GetProperty("features").EnumerateArray().Select(feature => feature.ToString()).Should().Equal("1", "NaN");
        lines[1].GetProperty("pivot").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Check_tells_what_is_whole_and_exits_with_1_for_what_is_not()
    {
        Write(3, "news_touch");
        var whole = await DeliveryProcess.RunAsync(_folder.Path, "events", "check", "events");
        var file = Directory.EnumerateFiles(_folder["events"]).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[60] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var damaged = await DeliveryProcess.RunAsync(_folder.Path, "events", "check", "events", "--json");
        var cat = await DeliveryProcess.RunAsync(_folder.Path, "events", "cat", "events");

        whole.ExitCode.Should().Be(0);
        whole.Output.Should().Contain("sealed").And.Contain("3 records in 1 segment");
        damaged.ExitCode.Should().Be(1);
        var report = JsonDocument.Parse(damaged.Output).RootElement;
        (report.GetProperty("records").GetInt64(), report.GetProperty("problems").GetInt64()).Should().Be((2, 1));
        var problem = report.GetProperty("segments")[0].GetProperty("problems")[0];
        (problem.GetProperty("kind").GetString(), problem.GetProperty("offset").GetInt64()).Should().Be(("Damaged", 40));
        (cat.ExitCode, cat.Errors).Should().Be((0, $"delivery: {problem.GetProperty("message").GetString()}\n".ReplaceLineEndings()));
        cat.Output.Should().NotContain("news_touch-0").And.Contain("news_touch-1");
    }

    [SkippableFact]
    public async Task Follow_goes_on_until_it_is_stopped()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var log = new EventLogWriter(_folder["events"], _patient);
        Append(log, "news_touch", 0);
        log.Flush(TimeSpan.FromMinutes(1)).Should().BeTrue();
        using var cat = DeliveryProcess.Start(_folder.Path, new Dictionary<string, string>(StringComparer.Ordinal), "events", "cat", "events", "--follow", "--json");
        await cat.LineWithAsync("news_touch-0");

        Append(log, "news_touch", 1);
        await cat.LineWithAsync("news_touch-1");
        cat.Signal(15);

        (await cat.EndAsync()).ExitCode.Should().Be(0);
    }

    [Theory]
    [InlineData("events cat nowhere", 1, "nowhere")]
    [InlineData("events check nowhere", 1, "nowhere")]
    [InlineData("events cat . -n 0", 2, "-n is 0")]
    [InlineData("events cat . --model no-name", 2, "no-name")]
    public async Task What_cannot_be_is_told(string arguments, int exitCode, string named)
    {
        var result = await DeliveryProcess.RunAsync(_folder.Path, arguments.Split(' '));

        (result.ExitCode, result.Output).Should().Be((exitCode, ""));
        result.Errors.Should().Contain(named).And.NotContain("   at ");
    }

    private void Write(int count, params string[] models)
    {
        using var log = new EventLogWriter(_folder["events"], _patient);
        for (var i = 0; i < count; i++)
        {
            foreach (var model in models) Append(log, model, i);
        }
    }

    private static void Append(EventLogWriter log, string model, int number) =>
        log.Append(new RequestEntry { RequestId = $"{model}-{number}", Time = new DateTimeOffset(2026, 1, 1, 0, 0, number, TimeSpan.Zero), Model = model, Features = [1, float.NaN], Shown = 1, Propensity = 0.25 }).Should().BeTrue();
}
