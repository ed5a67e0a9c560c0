using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData.Git;
using Delivery.FastData.Git.History;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery history</c>: the generations, newest first.</summary>
public static class HistoryVerb
{
    private const string More =
        """
        A time is ISO 8601 (UTC where it names no zone) or a duration back from now: 30m, 2h, 7d.
        The same history, in full:  git -C fast-data log -p -- models/NAME.json

        Examples:
          delivery history                 the last 20 generations
          delivery history news_touch      only those that changed this model
          delivery history --since 7d --until 2026-03-01T12:00:00Z
          delivery history -n 100 --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("history", "List the generations that were delivered, newest first.") { More = More };
        var model = new Argument<string?>("MODEL") { Description = "Only generations that changed this model.", Arity = ArgumentArity.ZeroOrOne };
        var settings = new SettingFlags(command, fastData: true);
        var count = new Option<int>("-n", "--count") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 20, CustomParser = Arguments.WholeNumber<int> };
        var since = new Option<string?>("--since") { Description = "None older than this.", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "None newer than this.", HelpName = "TIME" };
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Options.Add(since);
        command.Options.Add(until);
        command.Options.Add(count);
        command.Options.Add(json);
        command.SetAction(parse =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var query = new HistoryQuery
            {
                Model = parse.GetValue(model) is { } name ? Arguments.ModelName(name) : null,
                Since = Arguments.TimeOrNull("--since", parse.GetValue(since), now),
                Until = Arguments.TimeOrNull("--until", parse.GetValue(until), now),
            };
            return Run(settings.Read(parse), query, parse.GetValue(count), parse.GetValue(json));
        });
        return command;
    }

    private static int Run(DeliverySettings settings, HistoryQuery query, int count, bool json)
    {
        if (count < 1) throw VerbException.Usage($"-n is {count}; it needs 1 or more.");
        if (query.Since > query.Until) throw VerbException.Usage($"--since is {Human.Time(query.Since.Value)} and --until {Human.Time(query.Until.Value)}; it must not be the later one.");
        var found = Places.History(settings).Read(query).Take(count == int.MaxValue ? count : count + 1).ToList();
        var bounded = query.Since is not null || query.Until is not null;
        if (found.Count == 0 && query.Model is { } name) throw new VerbException($"No generation in '{settings.FastData}' has changed a model '{name}'{(bounded ? " in that time" : "")}.");
        var report = new HistoryReport(settings.FastData, query.Model?.Value, found.Count > count, [.. found.Take(count).Select(GenerationReport.Of)]);
        if (json) Json.Write(report, types => types.HistoryReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    private static void Show(HistoryReport report, Page page)
    {
        page.Table(
            [new("epoch", IsNumber: true), new("commit"), new("when"), new("who"), new("what")],
            [.. report.Generations.Select(generation => new[]
            {
                generation.Epoch.ToString(CultureInfo.InvariantCulture), generation.Commit[..8], Human.Time(generation.When), generation.Actor.Name, What(generation, report.Model),
            })]);
        if (report.More) page.Line("There are more: take a larger -n.");
        if (report.Generations.Any(generation => generation.IsOldestKnown)) page.Line("The history is cut off below the last one: older generations are not in this repository.");
    }

    /// <summary>Of one model its own line of the message; else the subject.</summary>
    private static string What(GenerationReport generation, string? model) =>
        (model is null ? null : generation.Message.Split('\n').FirstOrDefault(line => line.StartsWith(model + ": ", StringComparison.Ordinal))?[(model.Length + 2)..])
        ?? generation.Subject;
}

/// <summary>What <c>delivery history --json</c> writes.</summary>
/// <param name="Folder">The fast-data folder.</param>
/// <param name="Model">The model asked for; null for all.</param>
/// <param name="More">Whether older ones were left out.</param>
/// <param name="Generations">Newest first.</param>
internal sealed record HistoryReport(string Folder, string? Model, bool More, IReadOnlyList<GenerationReport> Generations);

/// <summary>One generation.</summary>
internal sealed record GenerationReport(
    long Epoch, string Commit, DateTimeOffset When, ActorReport Actor, string Subject, string Message, IReadOnlyList<string> Models,
    IReadOnlyList<string> Removed, bool IsOldestKnown)
{
    public static GenerationReport Of(Generation generation) => new(
        generation.Epoch, generation.Commit.Hex, generation.When, new ActorReport(generation.Actor.Name, generation.Actor.Email),
        generation.Subject, generation.Message, [.. generation.Models.Select(name => name.Value)],
        [.. generation.Removed.Select(name => name.Value)], generation.IsOldestKnown);
}

/// <summary>Who made a generation.</summary>
internal sealed record ActorReport(string Name, string Email);
