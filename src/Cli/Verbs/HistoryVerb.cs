using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData.Git;
using Delivery.Models;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery history</c>: the generations, newest first.</summary>
public static class HistoryVerb
{
    private const string More =
        """
        The same history, in full:  git -C fast-data log -p -- models/NAME.json

        Examples:
          delivery history                 the last 20 generations
          delivery history news_touch      only those that changed this model
          delivery history -n 100 --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("history", "List the generations that were delivered, newest first.") { More = More };
        var model = new Argument<string?>("MODEL") { Description = "Only generations that changed this model.", Arity = ArgumentArity.ZeroOrOne };
        var settings = new SettingFlags(command, fastData: true);
        var count = new Option<int>("-n", "--count") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 20, CustomParser = Arguments.WholeNumber<int> };
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Options.Add(count);
        command.Options.Add(json);
        command.SetAction(parse => Run(settings.Read(parse), parse.GetValue(model), parse.GetValue(count), parse.GetValue(json)));
        return command;
    }

    private static int Run(DeliverySettings settings, string? model, int count, bool json)
    {
        if (count < 1) throw VerbException.Usage($"-n is {count}; it needs 1 or more.");
        var name = model is null ? (ModelName?)null : Arguments.ModelName(model);
        var found = Places.History(settings).Read(name).Take(count + 1).ToList();
        if (found.Count == 0 && name is not null) throw new VerbException($"No generation in '{settings.FastData}' has changed a model '{name}'.");
        var report = new HistoryReport(settings.FastData, model, found.Count > count, [.. found.Take(count).Select(GenerationReport.Of)]);
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
internal sealed record GenerationReport(long Epoch, string Commit, DateTimeOffset When, ActorReport Actor, string Subject, string Message, IReadOnlyList<string> Models)
{
    public static GenerationReport Of(Generation generation) => new(
        generation.Epoch, generation.Commit.Hex, generation.When, new ActorReport(generation.Actor.Name, generation.Actor.Email),
        generation.Subject, generation.Message, [.. generation.Models.Select(name => name.Value)]);
}

/// <summary>Who made a generation.</summary>
internal sealed record ActorReport(string Name, string Email);
