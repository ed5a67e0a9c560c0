using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.History;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery live</c>: the generation that was live at a moment, with all its models.</summary>
public static class LiveVerb
{
    private const string More =
        """
        A generation is live from the time of its commit until that of the next. Where a clock went back, the latest time so far
        counts, so an older generation never becomes live again.

        Where search processes acknowledge what they apply (the setting acknowledgements, or --acknowledgements), it also shows which of them
        had that generation in use at the moment, which were behind, and which are gone. docs/observe.md says how.

        A time is ISO 8601 (UTC where it names no zone) or a duration back from now: 30m, 2h, 7d.

        Examples:
          delivery live
          delivery live --at 2h
          delivery live --acknowledgements /var/lib/delivery/applied
          delivery live --at 2026-03-01T12:00:00Z --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("live", "Show what was live at a moment: the generation and all its models.") { More = More };
        var settings = new SettingFlags(command, fastData: true, acknowledgements: true);
        var at = new Option<string?>("--at") { Description = "The moment. Default: now.", HelpName = "TIME" };
        var json = Arguments.Json();
        command.Options.Add(at);
        command.Options.Add(json);
        command.SetAction(parse => Run(settings.Read(parse), parse.GetValue(at), parse.GetValue(json)));
        return command;
    }

    /// <summary>What was live, or an error that says since when there is anything.</summary>
    internal static LiveGeneration Find(FastDataHistory history, DeliverySettings settings, DateTimeOffset at)
    {
        if (history.LiveAt(at) is { } found) return found;
        var oldest = history.Oldest() ?? throw new VerbException($"Nothing was delivered into '{settings.FastData}' yet.");
        throw new VerbException(oldest.IsOldestKnown
            ? $"What was live at {Human.Time(at)} is not in '{settings.FastData}': its history is cut off below epoch {oldest.Epoch} of {Human.Time(oldest.When)}. Ask where the whole history is."
            : $"Nothing was live at {Human.Time(at)}: the first delivery into '{settings.FastData}' was epoch {oldest.Epoch} at {Human.Time(oldest.When)}.");
    }

    private static int Run(DeliverySettings settings, string? at, bool json)
    {
        var now = TimeProvider.System.GetUtcNow();
        var moment = at is null ? now : Arguments.Time("--at", at, now);
        var history = Places.History(settings);
        var live = at is null ? Now(history, settings) : Find(history, settings, moment);
        var generation = live.Generation;
        var models = history.ModelsAt(generation.Commit).Select(name =>
        {
            var facts = VersionFacts.OfCard(history, name, generation.Commit);
            return new LiveAtModelReport(name.Value, facts.Sha256, facts.SizeBytes, facts.RequestCount, facts.TrainedUntil);
        });
        var processes = LiveProcesses.Find(settings, generation.Epoch, live.Since, moment, now);
        var report = new LiveAtReport(settings.FastData, moment, live.Since, live.Next?.When, GenerationReport.Of(generation), live.Next is { } next ? GenerationReport.Of(next) : null, [.. models],
            processes, processes is null ? null : LiveProcesses.Count(processes));
        if (json) Json.Write(report, types => types.LiveAtReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    // Readers go by CURRENT, whatever the clocks say.
    private static LiveGeneration Now(FastDataHistory history, DeliverySettings settings)
    {
        var commit = Places.Live(new FolderReader(new FolderLayout(settings.FastData)))?.Commit ?? throw new VerbException($"Nothing is live in '{settings.FastData}' yet.");
        var generation = history.Read(from: commit).First();
        return new LiveGeneration(generation, generation.When, null);
    }

    private static void Show(LiveAtReport report, Page page)
    {
        var generation = report.Generation;
        page.Facts(
        [
            ("at", Human.Time(report.At)),
            ("live", $"epoch {generation.Epoch}, commit {generation.Commit[..8]}"),
            ("since", Human.Time(report.Since)),
            ("until", report.Until is { } until ? $"{Human.Time(until)}, then epoch {report.ReplacedBy!.Epoch}" : "it is still the newest"),
            ("who", generation.Actor.Name),
            ("subject", generation.Subject),
        ]);
        page.Line();
        page.Table(
            [new("model"), new("sha256"), new("requests", IsNumber: true), new("trained until")],
            [.. report.Models.Select(model => new[]
            {
                model.Name, model.Sha256?[..16] ?? "", model.RequestCount?.ToString(CultureInfo.InvariantCulture) ?? "", model.TrainedUntil is { } trained ? Human.Time(trained) : "",
            })]);
        if (report.Processes is { } processes) LiveProcesses.Show(processes, page);
    }
}

/// <summary>What <c>delivery live --json</c> writes.</summary>
/// <param name="Folder">The fast-data folder.</param>
/// <param name="At">The moment asked about.</param>
/// <param name="Since">Since when the generation was live.</param>
/// <param name="Until">Until when; null while it is the newest.</param>
/// <param name="Generation">The generation.</param>
/// <param name="ReplacedBy">The one after it; null while it is the newest.</param>
/// <param name="Models">All its models, by name.</param>
/// <param name="Processes">What search processes had in use; null where they do not acknowledge.</param>
/// <param name="ProcessCounts">How many of them; null as well.</param>
internal sealed record LiveAtReport(
    string Folder, DateTimeOffset At, DateTimeOffset Since, DateTimeOffset? Until, GenerationReport Generation, GenerationReport? ReplacedBy, IReadOnlyList<LiveAtModelReport> Models,
    IReadOnlyList<LiveProcessReport>? Processes, LiveProcessCounts? ProcessCounts);

/// <summary>One model of it. What neither card nor weights say is null.</summary>
internal sealed record LiveAtModelReport(string Name, string? Sha256, long? SizeBytes, ulong? RequestCount, DateTimeOffset? TrainedUntil);
