using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.EndToEnd.Tests;

/// <summary>Kills a real <c>delivery update</c> at its N-th system call that changes the folder, then starts it again.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    // The start of .NET makes none of the first two, and two of the third.
    private static readonly (string Call, int First)[] Calls = [("fsync", 1), ("rename", 1), ("unlink", 3)];

    // These also with errors; the training store writes too, and its errors are its own.
    private static readonly (string Call, string[] Errors)[] Failing =
        [("fsync", ["EIO", "ENOSPC"]), ("rename", ["EIO", "EACCES", "ENOSPC"]), ("link", ["EIO", "ENOSPC", "EACCES"]), ("unlink", ["EIO", "EACCES"]), ("pwrite64", ["ENOSPC", "EIO"])];

    [Fact]
    public async Task An_update_killed_at_a_system_call_leaves_the_old_generation_or_the_new()
    {
        using var installation = new Installation("news", "video", "images");
        await installation.TrainAsync(1);
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        await installation.TrainAsync(2);
        var all = await CallsOfOneUpdateAsync(installation);
        all.Should().HaveCountGreaterThan(20);

        var version = 2;
        var killed = 0;
        var points = LongRun.IsWanted ? 200 : 14;
        for (var i = 0; i < points; i++)
        {
            var (call, number) = all[points < all.Count ? i * all.Count / points : i % all.Count];
            await installation.TrainAsync(++version);
            killed += await KillAndRestartAsync(installation, call, number, version) ? 1 : 0;
        }

        output.WriteLine($"{killed} of {points} runs were killed, at {all.Count} different calls: {string.Join(' ', all)}");
        killed.Should().BeGreaterThan(points / 2, "which thread makes a call differs from run to run, but most runs reach theirs");
    }

    [Fact]
    public async Task An_update_whose_system_call_fails_leaves_the_old_generation_or_the_new_and_the_next_delivers()
    {
        using var installation = new Installation("news", "video", "images");
        await installation.TrainAsync(1);
        (await installation.UpdateAsync()).ExitCode.Should().Be(0);
        var random = new Random(5);
        var points = LongRun.IsWanted ? 120 : 10;
        var version = 1;
        var failed = new List<string>();
        for (var i = 0; i < points; i++)
        {
            var (call, errors) = Failing[i % Failing.Length];
            var point = $"{call}:error={errors[random.Next(errors.Length)]}:when={(call == "link" ? 1 : random.Next(1, 12))}";
            await installation.TrainAsync(++version);

            var update = await installation.UpdateUnderStraceAsync("-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={point}");

            update.ExitCode.Should().BeOneOf([0, 1], "{0}: {1}", point, update.Errors);
            var seen = installation.LiveVersion(version);
            seen.Should().BeOneOf(version, version - 1);
            if (update.Output.Contains("Published", StringComparison.Ordinal)) seen.Should().Be(version, "this was reported: {0}", update.Output);
            if (update.ExitCode != 0)
            {
                failed.Add(point);
                (update.Output + update.Errors).Should().NotContain("An unexpected error", "{0} is told as it is", point);
            }
            GitProgram.FsckStrict(installation.FastData);
            (await installation.UpdateAsync()).ExitCode.Should().Be(0, "after {0}", point);
            installation.LiveVersion(version).Should().Be(version);
            GitProgram.FsckStrict(installation.FastData);
        }

        output.WriteLine($"{failed.Count} of {points} runs failed: {string.Join(' ', failed)}");
        failed.Should().HaveCountGreaterThan(points / 3);
    }

    private static async Task<bool> KillAndRestartAsync(Installation installation, string call, int number, int version)
    {
        var epoch = installation.ReadLive()!.Epoch;
        var (exitCode, printed, _) = await installation.UpdateUnderStraceAsync("-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={number}");

        // A reader sees one whole generation, and nothing that was reported is missing from the history.
        var seen = installation.LiveVersion(version);
        seen.Should().BeOneOf(version, version - 1);
        installation.ReadLive()!.Epoch.Should().BeOneOf(epoch, epoch + 1);
        if (printed.Contains("Published", StringComparison.Ordinal)) seen.Should().Be(version, "this was reported: {0}", printed);
        GitProgram.FsckStrict(installation.FastData);

        var (restarted, _, errors) = await installation.UpdateAsync();
        restarted.Should().Be(0, "after a kill at {0} number {1}: {2}", call, number, errors);
        installation.LiveVersion(version).Should().Be(version);
        GitProgram.Run(installation.FastData, "rev-parse", "main").Trim().Should().Be(installation.ReadLive()!.Commit.Hex);
        GitProgram.FsckStrict(installation.FastData);
        return exitCode != 0;
    }

    /// <summary>Each call that one update makes, by its number within its thread, which is how strace counts.</summary>
    private static async Task<List<(string Call, int Number)>> CallsOfOneUpdateAsync(Installation installation)
    {
        using var trace = new TemporaryFolder();
        var update = await installation.UpdateUnderStraceAsync("-o", trace["calls"], "-e", $"trace={string.Join(',', Calls.Select(c => c.Call))}");
        update.ExitCode.Should().Be(0, update.Errors);
        var most = File.ReadLines(trace["calls"]).Select(line => line.Split([' ', '('], StringSplitOptions.RemoveEmptyEntries))
            .CountBy(words => (Thread: words[0], Call: words[1]))
            .GroupBy(count => count.Key.Call, count => count.Value)
            .ToDictionary(call => call.Key, call => call.Max());
        return [.. Calls.SelectMany(c => Enumerable.Range(c.First, Math.Max(0, most.GetValueOrDefault(c.Call) - c.First + 1)).Select(n => (c.Call, n)))];
    }
}
