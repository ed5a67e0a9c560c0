using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData.Git.Maintaining;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery maintain</c>: old weights to the cold side, packs put together, leavings removed.</summary>
public static class MaintainVerb
{
    private const string More =
        """
        Weights that were last live longer ago than history.keepWeights (14 days) move to the cold directory (history.cold; by
        default the folder's own name with -cold after it), by month. Commits, cards and hashes stay for ever and commit ids never
        change. It runs beside updates, does a bounded amount of work, and after a crash the next run goes on.
        'delivery serve' does the same every maintain.period (24 h).

        Exit codes:
          0  done, or as much as one run does; the output says when there is more.
          1  it could not be done; nothing is lost.
          2  the command line or the configuration is wrong; nothing was done.

        Examples:
          delivery maintain --dry-run
          delivery maintain --keep-weights 30d
          delivery maintain --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("maintain", "Move old weights to the cold directory, put packs together, remove leavings.") { More = More };
        var settings = new SettingFlags(command, fastData: true, keepWeights: true);
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would move." };
        var json = Arguments.Json();
        command.Options.Add(dryRun);
        command.Options.Add(json);
        command.SetAction((parse, stop) => RunAsync(settings.Read(parse), parse.GetValue(dryRun), parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, bool dryRun, bool json, CancellationToken stop)
    {
        Places.RequireFolder(settings);
        var report = await Places.Maintenance(settings).RunAsync(dryRun, stop);
        if (json) Json.Write(report, types => types.MaintenanceReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    private static void Show(MaintenanceReport report, Page page)
    {
        page.Facts(
        [
            (report.DryRun ? "would move" : "moved", report.WeightsMoved == 0 ? "nothing" : $"weights of {Human.Count(report.WeightsMoved, "version")}, {Human.Bytes(report.BytesMoved)}, of {string.Join(", ", report.Months)}"),
            ("hot", report.DryRun ? Packs(report.PacksBefore, report.HotBytesBefore) : $"{Packs(report.PacksBefore, report.HotBytesBefore)} → {Packs(report.PacksAfter, report.HotBytesAfter)}"),
            ("cold", Human.Bytes(report.ColdBytes)),
            ("removed", report.DryRun ? null : Human.Count(report.FilesRemoved, "old file")),
            ("took", Human.Span(TimeSpan.FromSeconds(report.DurationSeconds))),
            ("more", report.More ? "a limit of the run was reached: run it again" : null),
        ]);
        foreach (var warning in report.Warnings) page.Line(warning);
    }

    private static string Packs(int count, long bytes) => $"{Human.Count(count, "pack")} of {Human.Bytes(bytes)}";
}
