using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.Models.Settings;
using Delivery.Updater.Publishing;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery show</c>: one delivered model, now or at a commit.</summary>
public static class ShowVerb
{
    private const string More =
        """
        COMMIT is a full or shortened commit id, or a git revision such as main~2. Without it, what is live is shown.

        Examples:
          delivery show news_touch
          delivery show news_touch@4f2a91c0
          delivery show news_touch@main~2 --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("show", "Show one delivered model: header, weights, gate evidence, and the commit that delivered it.") { More = More };
        var model = new Argument<string>("MODEL[@COMMIT]") { Description = "The model, and as of which commit." };
        var settings = new SettingFlags(command, fastData: true);
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Options.Add(json);
        command.SetAction(parse => Run(settings.Read(parse), parse.GetRequiredValue(model), parse.GetValue(json)));
        return command;
    }

    private static int Run(DeliverySettings settings, string wanted, bool json)
    {
        var (text, revision) = wanted.Split('@', 2) is [var before, var after] ? (before, after) : (wanted, null);
        var name = Arguments.ModelName(text);
        if (revision is "") throw VerbException.Usage($"'{wanted}' ends in an @; expected a commit after it.");
        var history = Places.History(settings);
        var commit = revision is null
            ? Places.Live(new FolderReader(new FolderLayout(settings.FastData)))?.Commit ?? throw new VerbException($"Nothing is live in '{settings.FastData}' yet.")
            : history.Resolve(revision);
        var model = history.Find(name, commit) ?? throw new VerbException(NotThere(history, name.Value, commit));
        var report = ShowReport.Of(model, history.Read(name, commit).First());
        if (json) Json.Write(report, types => types.ShowReport);
        else Show(report, Page.Standard());
        return ExitCodes.Ok;
    }

    private static string NotThere(FastDataHistory history, string name, CommitId commit)
    {
        // Names of recent generations are enough to catch a slip of the pen.
        var near = NearestName.Of(name, history.Read(from: commit).Take(50).SelectMany(generation => generation.Models).Select(known => known.Value).Distinct());
        return $"Commit {commit.Short} delivers no model '{name}'{(near is null ? "." : $"; did you mean '{near}'?")}";
    }

    private static void Show(ShowReport report, Page page)
    {
        var by = report.DeliveredBy;
        page.Facts(
        [
            ("model", report.Name),
            ("as of", $"commit {report.Commit[..8]}"),
            ("delivered by", $"epoch {by.Epoch}, commit {by.Commit[..8]}, {Human.Time(by.When)}, {by.Actor.Name}: {by.Subject}"),
            ("sha256", report.Sha256),
            ("size", Human.Bytes(report.SizeBytes)),
            .. report.Header.Facts(),
            .. report.Tensors.Select(tensor => ("tensor", (string?)$"{tensor.Name}: {tensor.Type} [{string.Join(", ", tensor.Shape)}], rows of {tensor.RowStride}")),
            ("weights", report.Weights is { } w ? $"norm {w.Norm:G6}, from {w.Min:G6} to {w.Max:G6}, mean |w| {w.MeanAbsolute:G6}" : null),
            ("source", report.Source),
            ("gate", report.Gate?.Reason),
            ("candidate", report.Gate?.Candidate is { } candidate ? Describe(candidate) : null),
            ("compared with", report.Gate?.Reference is { } reference ? Describe(reference) : null),
            ("published", report.Publication is { } publication ? Describe(publication) : null),
            ("card", report.CardProblem),
        ]);
    }

    private static string Describe(PublicationReport cost) =>
        $"error bound {cost.ErrorBound:G6}, rounding {cost.Rounding}: {cost.KeptWeights:P1} of the weights kept their bits, largest error {cost.MaxError:G4}, root mean square {cost.RmsError:G4}"
        + (cost.Note is { } note ? $"; {note}" : "")
        + (cost.HoldoutItems is { } items ? $"; on {items} holdout items scores differ by {cost.MaxScoreDifference:G4} at most, value by {cost.ValueDifference:+0.00000;-0.00000;0} a decision" : "");

    internal static string Describe(Updater.Validation.PolicyValue value) =>
        $"{value.Value:0.00000} a decision, off-policy estimate, 95 % interval [{value.Low:0.00000}, {value.High:0.00000}], effective {value.EffectiveSampleSize:0} of {value.Count} holdout items";
}
