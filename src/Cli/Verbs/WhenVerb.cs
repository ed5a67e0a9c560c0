using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.Models.Settings;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery when</c>: which version of a model was live at a moment.</summary>
public static class WhenVerb
{
    private const string More =
        """
        A time is ISO 8601 (UTC where it names no zone) or a duration back from now: 30m, 2h, 7d.

        Examples:
          delivery when news_touch --at 2h
          delivery when news_touch --at "2026-03-01 12:00" --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("when", "Show which version of a model was live at a moment, since when, until when, and who brought it.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var settings = new SettingFlags(command, fastData: true);
        var at = new Option<string>("--at") { Description = "The moment.", HelpName = "TIME", Required = true };
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Options.Add(at);
        command.Options.Add(json);
        command.SetAction(parse => Run(settings.Read(parse), parse.GetRequiredValue(model), parse.GetRequiredValue(at), parse.GetValue(json)));
        return command;
    }

    private static int Run(DeliverySettings settings, string wanted, string at, bool json)
    {
        var name = Arguments.ModelName(wanted);
        var moment = Arguments.Time("--at", at, TimeProvider.System.GetUtcNow());
        var history = Places.History(settings);
        var live = LiveVerb.Find(history, settings, moment);
        if (history.Version(name, live.Generation.Commit) is not { } version)
        {
            var near = NearestName.Of(name.Value, history.ModelsAt(live.Generation.Commit).Select(known => known.Value));
            throw new VerbException($"No model '{name}' was live at {Human.Time(moment)}, in epoch {live.Generation.Epoch}{(near is null ? "." : $"; did you mean '{near}'?")}");
        }
        var facts = VersionFacts.OfWeights(history, name, live.Generation.Commit);
        var report = new WhenReport(
            name.Value, moment, facts.Sha256, facts.SizeBytes, facts.RequestCount, facts.TrainedUntil, version.Since.When, version.Next?.When,
            GenerationReport.Of(live.Generation), GenerationReport.Of(version.Since), version.Next is { } next ? GenerationReport.Of(next) : null);
        if (json) Json.Write(report, types => types.WhenReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    private static void Show(WhenReport report, Page page)
    {
        var by = report.DeliveredBy;
        page.Facts(
        [
            ("model", report.Name),
            ("at", Human.Time(report.At)),
            ("generation", $"epoch {report.Generation.Epoch}, commit {report.Generation.Commit[..8]}"),
            ("sha256", report.Sha256),
            ("requests", report.RequestCount?.ToString(CultureInfo.InvariantCulture)),
            ("trained until", report.TrainedUntil is { } trained ? Human.Time(trained) : null),
            ("live since", $"{Human.Time(report.Since)}, epoch {by.Epoch}, commit {by.Commit[..8]}{(by.IsOldestKnown ? ", or longer: the history is cut off there" : "")}"),
            ("live until", report.ReplacedBy is { } next ? $"{Human.Time(next.When)}, epoch {next.Epoch}, commit {next.Commit[..8]}: {(next.Removed.Contains(report.Name) ? "taken out" : "replaced")}" : "it is still live"),
            ("who", by.Actor.Name),
            ("subject", by.Subject),
        ]);
    }
}

/// <summary>What <c>delivery when --json</c> writes.</summary>
/// <param name="Name">The model.</param>
/// <param name="At">The moment asked about.</param>
/// <param name="Sha256">Of the model file that was live.</param>
/// <param name="SizeBytes">Of the same.</param>
/// <param name="RequestCount">Requests that it had learned from.</param>
/// <param name="TrainedUntil">Time of the newest event that it had learned from.</param>
/// <param name="Since">When this version became live.</param>
/// <param name="Until">When another took its place; null while it is live.</param>
/// <param name="Generation">The generation that was live at the moment.</param>
/// <param name="DeliveredBy">The generation that brought this version.</param>
/// <param name="ReplacedBy">The generation that brought another, or took the model out; null while it is live.</param>
internal sealed record WhenReport(
    string Name, DateTimeOffset At, string? Sha256, long? SizeBytes, ulong? RequestCount, DateTimeOffset? TrainedUntil, DateTimeOffset Since, DateTimeOffset? Until,
    GenerationReport Generation, GenerationReport DeliveredBy, GenerationReport? ReplacedBy);
