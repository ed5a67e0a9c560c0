using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery status</c>: what is live and how the last cycle went.</summary>
public static class StatusVerb
{
    private const string More =
        """
        It takes no lock and may run beside an update at any time.

        Exit codes:
          0  the folder was read; what is wrong in it stands under "problems".
          1  there is no such folder, or it is damaged.
          2  the command line or the configuration is wrong.

        Examples:
          delivery status
          delivery status --config work/delivery.json
          delivery status --json | jq .consecutive_failures
        """;

    public static Command Create()
    {
        var command = new VerbCommand("status", "Show what is live, how old it is, and how the last cycle went.") { More = More };
        var settings = new SettingFlags(command, fastData: true);
        var json = Arguments.Json();
        command.Options.Add(json);
        command.SetAction(parse => Run(settings.Read(parse), parse.GetValue(json)));
        return command;
    }

    private static int Run(DeliverySettings settings, bool json)
    {
        Places.RequireFolder(settings);
        var report = new StatusReader(settings, TimeProvider.System).Read();
        if (json) Json.Write(report, types => types.StatusReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    private static void Show(StatusReport status, Page page)
    {
        page.Facts(
        [
            ("folder", status.Folder),
            ("live", status.Commit is { } commit ? $"epoch {status.Epoch}, commit {commit[..8]}{Age(status.AgeSeconds)}" : "nothing was delivered yet"),
            ("subject", status.Subject),
            ("frozen", status.Freeze?.Words()),
            ("not live yet", status.PendingCommit is { } pending ? $"commit {pending[..8]}; the next update finishes it" : null),
            ("models", status.ModelCount.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ("newest learning", status.NewestTrainedAgeSeconds is { } newest ? $"{Seconds(newest)} ago" : null),
            ("oldest learning", status.OldestTrainedAgeSeconds is { } oldest ? $"{Seconds(oldest)} ago" : null),
            ("last cycle", status.LastCycle is { } last ? Describe(last) : "none on record"),
            ("its error", status.LastCycle?.Error?.Replace("\n", "; ", StringComparison.Ordinal)),
            ("failed in a row", status.ConsecutiveFailures > 0 ? Human.Count(status.ConsecutiveFailures, "cycle") : null),
            ("size", $"{Human.Bytes(status.FolderBytes)}, of which history {Human.Bytes(status.RepositoryBytes)}"),
            ("cold side", status.ColdIsAway ? $"{status.ColdFolder} is away: old weights cannot be shown" : status.ColdBytes > 0 ? $"{Human.Bytes(status.ColdBytes)} in {status.ColdFolder}" : null),
            ("growth", status.GrowthBytesPerDay is { } growth ? $"{Human.Bytes((long)growth)} a day; {Human.Bytes(status.FreeBytes)} free{(status.DiskFullOn is { } full ? $", full on {full:yyyy-MM-dd} at this rate" : "")}" : null),
        ]);
        if (status.Pins.Count > 0)
        {
            page.Line();
            page.Line($"Pinned, so kept at a version ({status.Pins.Count}):");
            page.Table(
                [new("model"), new("content"), new("since"), new("until"), new("by"), new("reason")],
                [.. status.Pins.Select(pin => new[] { pin.Name, pin.Sha256[..8], Human.Time(pin.Since), Until(pin.Until), pin.Actor, pin.Reason })]);
        }
        if (status.Retired.Count > 0)
        {
            page.Line();
            page.Line($"Retired, so not delivered ({status.Retired.Count}):");
            page.Table(
                [new("model"), new("since"), new("until"), new("by"), new("reason")],
                [.. status.Retired.Select(model => new[] { model.Name, Human.Time(model.Since), Until(model.Until), model.Actor, model.Reason })]);
        }
        if (status.Missing.Count > 0)
        {
            page.Line();
            page.Line($"Missing from the training store ({status.Missing.Count}):");
            page.Table([new("model"), new("missing since")], [.. status.Missing.Select(model => new[] { model.Name, model.Since is { } since ? Human.Time(since) : "" })]);
        }
        if (status.Quarantine.Count > 0)
        {
            page.Line();
            page.Line($"In quarantine, not tried again until released ({status.Quarantine.Count}):");
            page.Table(
                [new("model"), new("content"), new("since"), new("reason")],
                [.. status.Quarantine.Select(entry => new[] { entry.Name, entry.Sha256[..8], Human.Time(entry.Since), entry.Reason })]);
        }
        if (status.Problems.Count == 0) return;
        page.Line();
        page.Line("Problems:");
        foreach (var problem in status.Problems) page.Line($"  {problem}");
    }

    private static string Describe(LastCycleReport last) =>
        $"{last.Result}, {Seconds(last.AgeSeconds)} ago, took {Seconds(last.DurationSeconds)}"
        + (last.Outcomes.Count == 0 ? "" : $"; {string.Join(", ", last.Outcomes.Select(outcome => $"{outcome.Value} {outcome.Key.ToLowerInvariant()}"))}");

    private static string Until(DateTimeOffset? until) => until is { } end ? Human.Time(end) : "";

    private static string Age(double? seconds) => seconds is { } age ? $", {Seconds(age)} old" : "";

    private static string Seconds(double seconds) => Human.Span(TimeSpan.FromSeconds(seconds));
}
