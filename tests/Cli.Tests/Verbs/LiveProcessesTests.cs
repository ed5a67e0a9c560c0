using System.Text.Json;
using Delivery.FastData.Acknowledging;
using Delivery.TestKit;

namespace Delivery.Cli.Tests.Verbs;

/// <summary><c>live</c> joined with what search processes have acknowledged.</summary>
public sealed class LiveProcessesTests
{
    private const int Kill = 9;
    private const int Terminate = 15;
    private static readonly string[] Acknowledged = ["--acknowledgements", "applied"];

    [SkippableFact]
    public async Task It_shows_who_had_a_generation_in_use_then_and_now_and_a_killed_process_as_gone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var scene = await Scene.DeliveredAsync();
        using var follow = DeliveryProcess.Start(scene.Path, new Dictionary<string, string>(StringComparer.Ordinal), ["follow", "--json", .. Acknowledged]);
        var first = await ProcessAsync(scene, process => process.GetProperty("state").GetString() == "Applied");
        var between = first.GetProperty("applied_at").GetDateTimeOffset();
        while (TimeProvider.System.GetUtcNow() < between.AddSeconds(1.1)) await Task.Delay(50); // times of commits are whole seconds

        await scene.ExportAsync(Scene.First, requestCount: 150);
        (await scene.RunAsync("update")).ExitCode.Should().Be(0);
        var second = await ProcessAsync(scene, process => process.GetProperty("epoch").GetInt64() == 2);
        var then = await ProcessAsync(scene, process => true, "--at", $"{between.AddMilliseconds(1).UtcDateTime:O}");
        var before = await ProcessAsync(scene, process => true, "--at", $"{first.GetProperty("started_at").GetDateTimeOffset().AddMilliseconds(-1).UtcDateTime:O}");
        follow.Signal(Kill);
        await follow.EndAsync();
        var after = await ProcessAsync(scene, process => true);
        var text = await scene.RunAsync(["live", .. Acknowledged]);

        (first.GetProperty("epoch").GetInt64(), first.GetProperty("not_applied").GetInt32(), first.GetProperty("host").GetString()).Should().Be((1L, 0, Environment.MachineName));
        first.GetProperty("lag_seconds").GetDouble().Should().BeGreaterThanOrEqualTo(0);
        (second.GetProperty("state").GetString(), second.GetProperty("pid").GetInt32()).Should().Be(("Applied", first.GetProperty("pid").GetInt32()));
        (then.GetProperty("state").GetString(), then.GetProperty("epoch").GetInt64()).Should().Be(("Applied", 1L), "the file remembers what was in use");
        before.GetProperty("state").GetString().Should().Be("NotStarted");
        (after.GetProperty("state").GetString(), after.GetProperty("epoch").GetInt64()).Should().Be(("Gone", 2L));
        text.Output.Should().MatchRegex($@"{first.GetProperty("pid").GetInt32()} +1  gone +2  ").And.EndWith("No process was there to have it in use: 1 is gone\n");
    }

    [SkippableFact]
    public async Task A_process_that_ends_as_told_leaves_nothing()
    {
        Skip.If(OperatingSystem.IsWindows(), "Signals are sent by kill.");
        using var scene = await Scene.DeliveredAsync();
        using var follow = DeliveryProcess.Start(scene.Path, new Dictionary<string, string>(StringComparer.Ordinal), ["follow", "--json", "--decide", .. Acknowledged]);
        await ProcessAsync(scene, process => process.GetProperty("state").GetString() == "Applied");

        follow.Signal(Terminate);
        (await follow.EndAsync()).ExitCode.Should().Be(0);

        Directory.EnumerateFileSystemEntries(scene["applied"]).Should().BeEmpty();
        (await scene.RunAsync(["live", .. Acknowledged])).Output.Should().EndWith("No search process has acknowledged anything, so it is not known who had it in use.\n");
        var none = await scene.JsonAsync(["live", .. Acknowledged]);
        none.GetProperty("processes").GetArrayLength().Should().Be(0);
        Counts(none).Should().Be((0, 0, 0, 0));
    }

    [Fact]
    public async Task Processes_that_are_gone_or_had_not_begun_are_not_counted_among_those_that_could_have_it()
    {
        using var scene = await Scene.DeliveredAsync();
        var since = (await scene.JsonAsync("live")).GetProperty("since").GetDateTimeOffset();
        var now = TimeProvider.System.GetUtcNow();
        Directory.CreateDirectory(scene["applied"]);
        Leave(scene, "a-silent", since.AddHours(-1), new AcknowledgedEpoch(1, "c1", since, 0));
        Leave(scene, "b-silent", since.AddHours(-1), new AcknowledgedEpoch(1, "c1", since, 0));
        Leave(scene, "c-later", now.AddHours(1));
        foreach (var silent in new[] { "a", "b" }) File.SetLastWriteTimeUtc(scene[$"applied/{silent}-silent.json"], now.UtcDateTime.AddHours(-1));

        var text = await scene.RunAsync(["live", .. Acknowledged]);
        var json = await scene.JsonAsync(["live", .. Acknowledged]);

        text.Output.Should().EndWith("No process was there to have it in use: 2 are gone, 1 had not started yet\n");
        Counts(json).Should().Be((0, 0, 2, 1));
    }

    [Fact]
    public async Task Processes_of_other_hosts_are_told_by_what_their_files_say()
    {
        using var scene = await Scene.DeliveredAsync();
        var live = await scene.JsonAsync("live");
        var since = live.GetProperty("since").GetDateTimeOffset();
        live.GetProperty("processes").ValueKind.Should().Be(JsonValueKind.Null, "nothing says where they acknowledge");
        live.GetProperty("process_counts").ValueKind.Should().Be(JsonValueKind.Null);
        Directory.CreateDirectory(scene["applied"]);
        Leave(scene, "a-applied", since.AddHours(-1), new AcknowledgedEpoch(1, "c1", since.AddMilliseconds(1), 1));
        Leave(scene, "b-behind", since.AddHours(-1), new AcknowledgedEpoch(0, "c0", since.AddMinutes(-30), 0));
        Leave(scene, "c-ahead", since.AddHours(-1), new AcknowledgedEpoch(9, "c9", since.AddSeconds(-1), 0));
        Leave(scene, "d-waiting", since.AddHours(-1));
        Leave(scene, "e-silent", since.AddHours(-1), new AcknowledgedEpoch(1, "c1", since, 0));
        File.SetLastWriteTimeUtc(scene["applied/e-silent.json"], TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));
        await File.WriteAllTextAsync(scene["applied/f.json"], "{");

        var report = await scene.JsonAsync(["live", .. Acknowledged]);
        var processes = report.GetProperty("processes").EnumerateArray().ToList();
        var text = await scene.RunAsync(["live", .. Acknowledged]);

        Counts(report).Should().Be((1, 5, 1, 0));
        processes.Select(process => (process.GetProperty("host").GetString(), process.GetProperty("state").GetString())).Should().Equal(
            (null, "Unreadable"), ("a-applied", "Applied"), ("b-behind", "Behind"), ("c-ahead", "Ahead"), ("d-waiting", "Waiting"), ("e-silent", "Gone"));
        processes[1].GetProperty("lag_seconds").GetDouble().Should().Be(0.001);
        processes[1].GetProperty("models_not_applied")[0].GetProperty("result").GetString().Should().Be("KeptOlder");
        processes[2].GetProperty("lag_seconds").GetDouble().Should().BePositive();
        text.Output.Should().Contain("applied, but for 1 model").And.Contain("a-applied 7: news_touch: older version kept: it is gone")
            .And.Contain("f.json: no acknowledgement").And.Contain("1 of 5 processes had it in use");
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_told()
    {
        using var scene = await Scene.DeliveredAsync();

        var result = await scene.RunAsync("live", "--acknowledgements", "nowhere");

        (result.ExitCode, result.Output).Should().Be((1, ""));
        result.Errors.Should().Contain("There is no directory").And.Contain("nowhere").And.Contain("--acknowledgements");
    }

    [Fact]
    public async Task Follow_can_tell_all_that_is_known_of_the_reader()
    {
        using var scene = await Scene.DeliveredAsync();

        var told = await scene.RunAsync("follow", "--until-epoch", "1", "--describe");
        var mixed = await scene.RunAsync("follow", "--describe", "--json");

        told.Output.Should().Contain("Runtime\n  folder  ").And.MatchRegex(@"  published +20\d\d-.*, .* ago\n").And.Contain("Models (2)\n").And.EndWith("end: epoch 1, 1 reload\n");
        mixed.ExitCode.Should().Be(2);
        mixed.Errors.Should().Contain("--describe is text and does not go together with --json.");
    }

    private static async Task<JsonElement> ProcessAsync(Scene scene, Func<JsonElement, bool> holds, params string[] more)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (!limit.IsCancellationRequested)
        {
            // Until its process has made the directory there is none, and the file follows the swap.
            var result = await scene.RunAsync(["live", "--json", .. Acknowledged, .. more]);
            if (result.ExitCode == 0 && JsonDocument.Parse(result.Output).RootElement.GetProperty("processes").EnumerateArray().ToList() is [var process] && holds(process)) return process.Clone();
        }
        throw new TimeoutException("No process has acknowledged what was waited for.");
    }

    private static (int Applied, int Running, int Gone, int NotStarted) Counts(JsonElement report)
    {
        var counts = report.GetProperty("process_counts");
        return (counts.GetProperty("applied").GetInt32(), counts.GetProperty("running").GetInt32(), counts.GetProperty("gone").GetInt32(), counts.GetProperty("not_started").GetInt32());
    }

    private static void Leave(Scene scene, string host, DateTimeOffset started, params AcknowledgedEpoch[] history) => File.WriteAllBytes(scene[$"applied/{host}.json"], new Acknowledgement
    {
        Format = 1,
        Host = host,
        Process = new ProcessIdentity(7, "99", "another machine"),
        ProcessStarted = started,
        Runtime = 1,
        Folder = "/fast-data",
        WrittenAt = TimeProvider.System.GetUtcNow(),
        HeartbeatSeconds = 600,
        Epoch = history.LastOrDefault()?.Epoch ?? 0,
        Commit = history.LastOrDefault()?.Commit,
        Models = history.LastOrDefault()?.NotApplied > 0 ? [new AcknowledgedModel("news_touch", "03ac", AppliedResult.KeptOlder, "it is gone")] : [],
        History = history,
    }.ToBytes());
}
