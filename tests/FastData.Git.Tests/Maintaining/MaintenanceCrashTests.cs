using Delivery.FastData.Git.Maintaining;
using Delivery.TestKit;
using Xunit.Abstractions;

namespace Delivery.FastData.Git.Tests.Maintaining;

/// <summary>
/// Kills or fails a run of maintenance at operations on the disk and at every call of git; every version stays readable, and the next run
/// finishes. Only the long run (<c>DELIVERY_SOAK=1</c>) takes every operation; the others are spread over the kinds of fault.
/// </summary>
public sealed class MaintenanceCrashTests(ITestOutputHelper output)
{
    private static readonly int Step = LongRun.IsWanted ? 1 : 3;
    private static readonly MaintenanceOptions Options = new() { KeepWeights = TimeSpan.FromDays(2) };

    [Theory]
    [InlineData(Fault.CrashBefore)]
    [InlineData(Fault.CrashWithin)]
    [InlineData(Fault.CrashAfter)]
    [InlineData(Fault.Fail)]
    public async Task A_run_that_dies_anywhere_loses_nothing(Fault fault)
    {
        using var start = await StartAsync();
        var points = 0;
        for (var at = 1 + ((int)fault % Step); ; at += Step)
        {
            using var copy = start.Copy();
            var disk = new FaultyDisk(at, fault);
            var failure = await Record.ExceptionAsync(() => new FolderMaintenance(copy.Folder, Options, start.Time, disk).RunAsync(dryRun: false, default));
            if (!disk.Happened) break;
            points++;
            await ShouldBeWholeAndFinishAsync(start, copy, $"operation {at}: {failure?.Message}");
        }
        output.WriteLine($"{fault}: {points} points");
        points.Should().BeGreaterThan(25 / Step);
    }

    [Fact]
    public async Task A_run_whose_git_fails_or_is_killed_at_any_call_loses_nothing()
    {
        if (OperatingSystem.IsWindows()) return; // the git that fails is a shell script
        using var start = await StartAsync();
        var points = 0;
        for (var at = 1; ; at++)
        {
            using var copy = start.Copy();
            var git = copy["git.sh"];
            ShellScript.Write(git, $"echo x >> '{copy["calls"]}'\nif [ $(wc -l < '{copy["calls"]}') = {at} ]; then git \"$@\" | head -c 50; kill -9 $$; fi\nexec git \"$@\"");
            var failure = await Record.ExceptionAsync(() => new FolderMaintenance(copy.Folder, Options with { GitProgram = git }, start.Time).RunAsync(dryRun: false, default));
            if ((await File.ReadAllLinesAsync(copy["calls"])).Length < at) break;
            points++;
            await ShouldBeWholeAndFinishAsync(start, copy, $"call {at}: {failure?.Message}");
        }
        output.WriteLine($"{points} calls of git");
        points.Should().BeGreaterThan(8);
    }

    // The second of two moves, so that there are packs of every sort.
    private static async Task<LongHistory> StartAsync()
    {
        var history = new LongHistory(24);
        await history.MaintainAsync(_ => Options with { Cold = history.Cold });
        history.Publish(6);
        return history;
    }

    private static async Task ShouldBeWholeAndFinishAsync(LongHistory start, LongHistory.Twin copy, string where)
    {
        copy.ShouldHaveItAll(where);
        await new FolderMaintenance(copy.Folder, Options, start.Time).RunAsync(dryRun: false, default);
        copy.ShouldHaveItAll(where);
        Directory.EnumerateFiles(copy.Path, "tmp_maintain_*", SearchOption.AllDirectories).Should().BeEmpty(where);
        var packs = Directory.GetFiles(System.IO.Path.Combine(copy.Folder, ".git", "objects", "pack"), "*.idx");
        packs.Should().HaveCountLessThan(5, where);
    }
}
