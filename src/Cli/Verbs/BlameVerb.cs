using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.History;
using Delivery.Models;
using Delivery.Models.Settings;
using Delivery.Updater.Validation;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery blame</c>: which generation brought what is live of a model, and on what evidence.</summary>
public static class BlameVerb
{
    private const string More =
        """
        COMMIT is a full or shortened commit id, or a git revision such as main~2. Without it, what is live is asked about.
        Where people brought the model back (rollback, pin), the generation that first had these weights is named too.

        Examples:
          delivery blame news_touch
          delivery blame news_touch main~48 --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("blame", "Show which generation brought a model as it is: cycle, who, why, and the gate's evidence.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var commit = new Argument<string?>("COMMIT") { Description = "As of which commit.", Arity = ArgumentArity.ZeroOrOne };
        var settings = new SettingFlags(command, fastData: true);
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Arguments.Add(commit);
        command.Options.Add(json);
        command.SetAction(parse => Run(settings.Read(parse), parse.GetRequiredValue(model), parse.GetValue(commit), parse.GetValue(json)));
        return command;
    }

    private static int Run(DeliverySettings settings, string wanted, string? revision, bool json)
    {
        var name = Arguments.ModelName(wanted);
        var history = Places.History(settings);
        var commit = revision is null
            ? Places.Live(new FolderReader(new FolderLayout(settings.FastData)))?.Commit ?? throw new VerbException($"Nothing is live in '{settings.FastData}' yet.")
            : history.Resolve(revision);
        var version = history.Version(name, commit) ?? throw new VerbException(NotThere(history, name, commit));
        var report = Report(history, version);
        if (json) Json.Write(report, types => types.BlameReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    /// <summary>The message for a model that a commit does not deliver.</summary>
    internal static string NotThere(FastDataHistory history, ModelName name, CommitId commit)
    {
        var near = NearestName.Of(name.Value, history.ModelsAt(commit).Select(known => known.Value));
        return $"Commit {commit.Short} delivers no model '{name}'{(near is null ? "." : $"; did you mean '{near}'?")}";
    }

    private static BlameReport Report(FastDataHistory history, ModelVersion version)
    {
        var (name, since) = (version.Name, version.Since);
        var facts = VersionFacts.OfWeights(history, name, version.AsOf);
        var action = CommitTrailers.Find(since.Message, CommitTrailers.Action);
        // Only what people brought back was there before; else the whole history would be read for nothing.
        var origin = action is null ? null : history.Origin(name, since.Commit);
        return new BlameReport
        {
            Name = name.Value,
            AsOf = version.AsOf.Hex,
            Sha256 = facts.Sha256,
            RequestCount = facts.RequestCount,
            TrainedUntil = facts.TrainedUntil,
            DeliveredBy = GenerationReport.Of(since),
            Action = action,
            Reason = action is null ? null : CommitTrailers.ReasonOf(since.Message),
            Cycle = CommitTrailers.Find(since.Message, CommitTrailers.Cycle),
            Outcome = since.Trailers.Where(trailer => trailer.Key == CommitTrailers.Outcome && trailer.Value.StartsWith(name + " ", StringComparison.Ordinal))
                .Select(trailer => trailer.Value[(name.Value.Length + 1)..]).FirstOrDefault(),
            Gate = facts.Gate,
            Source = facts.Source,
            Origin = origin is null || origin.Commit == since.Commit ? null : GenerationReport.Of(origin),
        };
    }

    private static void Show(BlameReport report, Page page)
    {
        var by = report.DeliveredBy;
        page.Facts(
        [
            ("model", report.Name),
            ("as of", $"commit {report.AsOf[..8]}"),
            ("sha256", report.Sha256),
            ("requests", report.RequestCount?.ToString(CultureInfo.InvariantCulture)),
            ("trained until", report.TrainedUntil is { } trained ? Human.Time(trained) : null),
            ("brought by", $"epoch {by.Epoch}, commit {by.Commit[..8]}, {Human.Time(by.When)}{(by.IsOldestKnown ? ", or an older one: the history is cut off there" : "")}"),
            ("who", $"{by.Actor.Name} <{by.Actor.Email}>"),
            ("action", report.Action),
            ("reason", report.Reason),
            ("cycle", report.Cycle),
            ("outcome", report.Outcome),
            ("subject", by.Subject),
            ("first came", report.Origin is { } origin ? $"epoch {origin.Epoch}, commit {origin.Commit[..8]}, {Human.Time(origin.When)}: {origin.Subject}" : null),
            ("gate", report.Gate?.Reason),
            ("candidate", report.Gate?.Candidate is { } candidate ? ShowVerb.Describe(candidate) : null),
            ("compared with", report.Gate?.Reference is { } reference ? ShowVerb.Describe(reference) : null),
            ("source", report.Source),
        ]);
    }
}

/// <summary>What <c>delivery blame --json</c> writes.</summary>
internal sealed record BlameReport
{
    public required string Name { get; init; }

    /// <summary>The commit that was asked about.</summary>
    public required string AsOf { get; init; }

    public string? Sha256 { get; init; }
    public ulong? RequestCount { get; init; }
    public DateTimeOffset? TrainedUntil { get; init; }

    /// <summary>The generation that brought these weights.</summary>
    public required GenerationReport DeliveredBy { get; init; }

    /// <summary>What people did, such as <c>rollback</c>; null for a delivery of a cycle.</summary>
    public string? Action { get; init; }

    public string? Reason { get; init; }
    public string? Cycle { get; init; }

    /// <summary>What the cycle said of the model.</summary>
    public string? Outcome { get; init; }

    /// <summary>The gate's evidence in the card; null where there is none.</summary>
    public GateReport? Gate { get; init; }

    public string? Source { get; init; }

    /// <summary>The generation that first had these weights; null where it is the same.</summary>
    public GenerationReport? Origin { get; init; }
}
