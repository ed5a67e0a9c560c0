using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.EndToEnd.Tests;

/// <summary>Kills a real <c>delivery update</c> at its N-th system call that changes the disk, then starts it again.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    // What .NET makes of opening for writing, writing, flushing, sealing, renaming and removing. Its own start makes few of these.
    private static readonly string[] Calls = ["fsync", "rename", "pwrite64", "link", "unlink", "flock", "fchmod", "mkdir", "ftruncate"];

    [Fact]
    public async Task An_update_killed_at_a_system_call_leaves_the_old_generation_or_the_new()
    {
        var points = Environment.GetEnvironmentVariable("DELIVERY_SOAK") == "1" ? 200 : 20;
        using var installation = new Installation("news", "video", "images");
        var version = 1;
        await installation.TrainAsync(version);
        installation.Update().ExitCode.Should().Be(0);

        var killed = new Dictionary<string, int>();
        for (var point = 0; killed.Values.Sum() < points; point++)
        {
            var (call, number) = (Calls[point % Calls.Length], 1 + (point / Calls.Length));
            point.Should().BeLessThan(40 * points, "killing must hit: {0}", string.Join(", ", killed));
            await installation.TrainAsync(++version);
            var epoch = installation.ReadLive()!.Epoch;

            using var update = DeliveryProgram.StartUnder(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=KILL:when={number}"],
                "update", "--config", installation.Config);
            var (exitCode, printed, _) = update.WaitForExit();
            if (exitCode != 0) killed[call] = killed.GetValueOrDefault(call) + 1;

            // A reader sees one whole generation, and nothing that was reported is missing from the history.
            var seen = installation.LiveVersion(version);
            seen.Should().BeOneOf(version, version - 1);
            installation.ReadLive()!.Epoch.Should().BeOneOf(epoch, epoch + 1);
            if (exitCode == 0) seen.Should().Be(version, "{0} said that it published:\n{1}", call, printed);
            GitProgram.FsckStrict(installation.FastData);

            var (restarted, _, errors) = installation.Update();
            restarted.Should().Be(0, "after a kill at {0} number {1}: {2}", call, number, errors);
            installation.LiveVersion(version).Should().Be(version);
            GitProgram.Run(installation.FastData, "rev-parse", "main").Trim().Should().Be(installation.ReadLive()!.Commit.Hex);
        }
        GitProgram.FsckStrict(installation.FastData);
        output.WriteLine(string.Join(", ", killed.Select(call => $"{call.Key}: {call.Value}")));
    }
}
