using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.Updater;
using Delivery.Updater.Records;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery update</c>: one cycle now.</summary>
public static class UpdateVerb
{
    private const int NamesShown = 5;

    private const string More =
        """
        Exit codes:
          0  the cycle ran to its end. Rejected and skipped models are part of that: the table says why. So is a frozen
             delivery: nothing is pulled and delivered, and it says who froze it and why.
          1  nothing was delivered because something failed, such as an unusable model list or a busy folder.
          2  the command line or the configuration is wrong.

        Examples:
          delivery update                            deliver what is new in the training store
          delivery update --dry-run                  only say what would be delivered
          delivery update --config work/delivery.json --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("update", "Run one update cycle now: pull, test, commit and publish what passed.") { More = More };
        var settings = new SettingFlags(command, fastData: true, store: true, modelList: true);
        var dryRun = new Option<bool>("--dry-run") { Description = "Decide, but deliver nothing and keep no record." };
        var json = Arguments.Json();
        command.Options.Add(dryRun);
        command.Options.Add(json);
        command.SetAction((parse, stop) => RunAsync(settings.Read(parse), parse.GetValue(dryRun), parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, bool dryRun, bool json, CancellationToken stop)
    {
        using var store = Places.Store(settings);
        var publisher = Places.Publisher(settings);
        var record = await PullProgress.WatchAsync(store, show: !json, watched =>
            new UpdateCycle(settings.Updater, watched, publisher, new CycleRecords(settings.Updater.RecordsFolder), TimeProvider.System).RunAsync(dryRun, stop));
        if (json) Json.Write(record, types => types.CycleRecord);
        else Show(record, settings.Updater.ModelListPath, Page.Standard());
        if (record.Result == CycleResult.Stopped) stop.ThrowIfCancellationRequested();
        if (record.Result != CycleResult.Failed) return ExitCodes.Ok;
        ErrorReport.Write($"The cycle failed, nothing was delivered:\n{record.Error}", Console.Error);
        return ExitCodes.Failed;
    }

    private static void Show(CycleRecord record, string modelList, Page page)
    {
        var told = record.Models.Where(model => !IsUnchanged(model)).ToList();
        if (told.Count > 0)
        {
            page.Table(
                [new("model"), new("outcome"), new("requests", IsNumber: true), new("content"), new("reason")],
                [.. told.Select(model => new[] { model.Name, model.Outcome, Requests(model), Content(model), model.Reason })]);
            page.Line();
        }
        if (record.Models.Count > told.Count) page.Line($"{record.Models.Count - told.Count} unchanged");
        if (record.Unlisted.Count > 0) page.Line($"Delivered, but not on the list, so left as they are: {record.Unlisted.Count} ({FirstOf(record.Unlisted)})");
        if (record.Warning is { } warning) page.Line($"What was delivered is live, but: {warning}");
        if (record.Result == CycleResult.Failed) return; // the error says it
        if (record.Freeze is { } freeze)
        {
            page.Line($"Delivery is frozen {OrderReport.Words(freeze.Since, freeze.Until, freeze.Actor, freeze.Reason)}");
            page.Line("Nothing was delivered. 'delivery thaw' ends the freeze.");
        }
        var outcomes = record.Models.CountBy(model => model.Outcome).OrderBy(outcome => outcome.Key, StringComparer.Ordinal).Select(outcome => $"{outcome.Value} {outcome.Key.ToLowerInvariant()}");
        var live = record.Commit is { } commit ? $"epoch {record.Epoch}, commit {commit[..8]}" : "nothing delivered yet";
        var none = record.Freeze is null ? $"no model is listed in {modelList}" : "no models pulled";
        page.Line($"{Title(record.Result)}: {live}; {string.Join(", ", outcomes.DefaultIfEmpty(none))}; {Human.Span(TimeSpan.FromSeconds(record.DurationSeconds))}");
    }

    /// <summary>Kept as there is nothing new. A model that is kept for another reason has one to be told.</summary>
    private static bool IsUnchanged(ModelReport model) =>
        model.Outcome == nameof(ModelOutcome.Kept) && model.Reason.StartsWith("unchanged", StringComparison.Ordinal);

    private static string FirstOf(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(NamesShown)) + (names.Count > NamesShown ? $" and {names.Count - NamesShown} more" : "");

    private static string Title(CycleResult result) => result switch
    {
        CycleResult.DryRun => "Dry run, nothing was delivered",
        CycleResult.Stopped => "Stopped before anything was delivered",
        _ => result.ToString(),
    };

    private static string Requests(ModelReport model) => (model.RequestCountBefore, model.RequestCountAfter) switch
    {
        (null, null) => "",
        (null, { } after) => Text(after),
        ({ } before, { } after) when before != after => $"{Text(before)} → {Text(after)}",
        ({ } before, _) => Text(before),
    };

    private static string Text(ulong count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Content(ModelReport model) => (model.Sha256Candidate ?? model.Sha256Before)?[..8] ?? "";
}
