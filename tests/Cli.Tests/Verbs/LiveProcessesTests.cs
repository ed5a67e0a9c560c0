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
        text.Output.Should().MatchRegex($@"{first.GetProperty("pid").GetInt32()} +1  gone +2  ").And.Contain("0 of 0 processes had it in use");
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
        (await scene.RunAsync(["live", .. Acknowledged])).Output.Should().Contain("No search process has acknowledged anything.");
    }

    [Fact]
    public async Task Processes_of_other_hosts_are_told_by_what_their_files_say()
    {
        using var scene = await Scene.DeliveredAsync();
        var live = await scene.JsonAsync("live");
        var since = live.GetProperty("since").GetDateTimeOffset();
        live.GetProperty("processes").ValueKind.Should().Be(JsonValueKind.Null, "nothing says where they acknowledge");
        Directory.CreateDirectory(scene["applied"]);
        Leave(scene, "a-applied", since.AddHours(-1), new AcknowledgedEpoch(1, "c1", since.AddMilliseconds(1), 1));
        Leave(scene, "b-behind", since.AddHours(-1), new AcknowledgedEpoch(0, "c0", since.AddMinutes(-30), 0));
        Leave(scene, "c-ahead", since.AddHours(-1), new AcknowledgedEpoch(9, "c9", since.AddSeconds(-1), 0));
        Leave(scene, "d-waiting", since.AddHours(-1));
        Leave(scene, "e-silent", since.AddHours(-1), new AcknowledgedEpoch(1, "c1", since, 0));
        File.SetLastWriteTimeUtc(scene["applied/e-silent.json"], TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));
        await File.WriteAllTextAsync(scene["applied/f.json"], "{");

        var processes = (await scene.JsonAsync(["live", .. Acknowledged])).GetProperty("processes").EnumerateArray().ToList();
        var text = await scene.RunAsync(["live", .. Acknowledged]);

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
        for (var attempt = 0; attempt < 60; attempt++)
        {
            // Until its process has made the directory there is none, and the file follows the swap.
            var result = await scene.RunAsync(["live", "--json", .. Acknowledged, .. more]);
            if (result.ExitCode == 0 && JsonDocument.Parse(result.Output).RootElement.GetProperty("processes").EnumerateArray().ToList() is [var process] && holds(process)) return process.Clone();
        }
        throw new TimeoutException("No process has acknowledged what was waited for.");
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
