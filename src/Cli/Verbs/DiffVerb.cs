using System.CommandLine;
using System.Globalization;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.History;
using Delivery.Models;
using Delivery.Models.Formats;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery diff</c>: what changed between two versions of a model.</summary>
public static class DiffVerb
{
    private const string More =
        """
        FROM and TO are full or shortened commit ids, or git revisions such as main~2. TO is main unless told; FROM is the version
        before that of TO. Where the training store has a holdout of the model, both versions decide it and the flips are counted.

        Examples:
          delivery diff news_touch                   the newest version against the one before
          delivery diff news_touch main~48           a day of half-hours
          delivery diff news_touch 4f2a91c0 9be01c77 --top 50 --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("diff", "Show what changed between two versions of a model: header, gate, weights, decisions on the holdout.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var from = new Argument<string?>("FROM") { Description = "The older commit. Default: the version before.", Arity = ArgumentArity.ZeroOrOne };
        var to = new Argument<string?>("TO") { Description = "The newer commit. Default: main.", Arity = ArgumentArity.ZeroOrOne };
        var settings = new SettingFlags(command, fastData: true, store: true);
        var top = new Option<int>("--top") { Description = "How many of the largest moves are shown.", HelpName = "N", DefaultValueFactory = _ => 10, CustomParser = Arguments.WholeNumber<int> };
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Arguments.Add(from);
        command.Arguments.Add(to);
        command.Options.Add(top);
        command.Options.Add(json);
        command.SetAction(async (parse, stop) =>
        {
            if (parse.GetValue(top) is < 0 and var count) throw VerbException.Usage($"--top is {count}; it needs 0 or more.");
            var report = await ReadAsync(settings.Read(parse), parse.GetRequiredValue(model), parse.GetValue(from), parse.GetValue(to), parse.GetValue(top), stop);
            if (parse.GetValue(json)) Json.Write(report, types => types.DiffReport);
            else Show(report, Page.Standard());
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<DiffReport> ReadAsync(DeliverySettings settings, string wanted, string? from, string? to, int top, CancellationToken stop)
    {
        var name = Arguments.ModelName(wanted);
        var history = Places.History(settings);
        var newer = Find(history, name, history.Resolve(to ?? "main"));
        var older = Find(history, name, from is null ? Before(history, newer.Version) : history.Resolve(from));
        var (before, after) = (older.Model.File, newer.Model.File);
        var difference = ModelDifference.Between(before.Span, after.Span, top);
        var (holdout, problem) = await HoldoutFlips.ReadAsync(settings, name, before, after, stop);
        return new DiffReport(
            name.Value, DiffSideReport.Of(history, older.Model, older.Version), DiffSideReport.Of(history, newer.Model, newer.Version), before.Span.SequenceEqual(after.Span),
            FieldChangeReport.Between(Header(before), Header(after)), difference.Sources, MovesReport.Of(difference), holdout, problem);
    }

    private static (FastData.Git.DeliveredModel Model, ModelVersion Version) Find(FastDataHistory history, ModelName name, CommitId commit) =>
        history.Version(name, commit) is { } version && history.Find(name, commit) is { } model ? (model, version) : throw new VerbException(BlameVerb.NotThere(history, name, commit));

    private static CommitId Before(FastDataHistory history, ModelVersion version)
    {
        var since = version.Since;
        if (since.IsOldestKnown) throw new VerbException($"The history of this folder is cut off below epoch {since.Epoch}, so the version of '{version.Name}' before it is not here. Name two commits.");
        return history.Before(since.Commit) is { } before && history.Version(version.Name, before) is not null
            ? before
            : throw new VerbException($"There is no version of '{version.Name}' right before epoch {since.Epoch}, commit {since.Commit.Short}, which brought it. Name two commits; 'delivery history {version.Name}' lists them.");
    }

    private static HeaderReport Header(ReadOnlyMemory<byte> file) => HeaderReport.Of(ModelLayout.Read(file.Span).Header);

    private static void Show(DiffReport report, Page page)
    {
        var moves = report.Weights;
        page.Facts(
        [
            ("model", report.Name),
            ("from", Describe(report.From)),
            ("to", Describe(report.To)),
            ("bytes", report.Same ? "the same" : $"{Human.Bytes(report.From.SizeBytes)} -> {Human.Bytes(report.To.SizeBytes)}"),
            .. report.Header.Select(field => (field.Field, (string?)$"{field.From ?? "none"} -> {field.To ?? "none"}")),
            ("gate of from", report.From.Gate?.Reason),
            ("gate of to", report.To.Gate?.Reason),
            ("value of from", report.From.Gate?.Candidate is { } older ? ShowVerb.Describe(older) : null),
            ("value of to", report.To.Gate?.Candidate is { } newer ? ShowVerb.Describe(newer) : null),
            ("weights", $"{moves.Moved} of {moves.Compared} moved"),
            ("move", $"norm {moves.Norm:G6}{(moves.RelativeNorm is { } relative ? $", {relative:P2} of {moves.NormBefore:G6}" : ", from weights that were all 0")}; the norm is {moves.NormAfter:G6} now"),
            .. moves.NotCompared.Select(part => ("not compared", (string?)part)),
            ("holdout", report.HoldoutProblem ?? Describe(report.Holdout!)),
        ]);
        if (moves.Largest.Count > 0)
        {
            page.Line();
            page.Line("Largest moves:");
            page.Table(
                [new("tensor"), new("class", IsNumber: true), new("feature"), new("before", IsNumber: true), new("after", IsNumber: true), new("move", IsNumber: true)],
                [.. moves.Largest.Select(move => new[]
                {
                    move.Tensor, Text(move.Row), move.Source is null ? $"column {move.Column}" : $"{move.Source}[{move.SourceIndex}]",
                    $"{move.Before:G6}", $"{move.After:G6}", $"{move.Move:+0.######;-0.######;0}",
                })]);
        }
        if (report.Holdout is not { Flips: > 0 } flips) return;
        page.Line();
        page.Line("Class flips on the holdout:");
        page.Table([new("before", IsNumber: true), new("after", IsNumber: true), new("items", IsNumber: true)], [.. flips.Classes.Take(10).Select(flip => new[] { Text(flip.Before), Text(flip.After), Text(flip.Count) })]);
    }

    private static string Describe(DiffSideReport side) =>
        $"commit {side.Commit[..8]}, {side.Sha256[..16]}, brought by epoch {side.DeliveredBy.Epoch}, {Human.Time(side.DeliveredBy.When)}, {side.DeliveredBy.Actor.Name}";

    private static string Describe(HoldoutFlips flips) =>
        $"{flips.Flips} of {flips.Items} items get another class ({flips.Share:P1}); {flips.ProbabilityShift:P1} of the probability moved{(flips.LeftOut > 0 ? $"; {flips.LeftOut} items left out" : "")}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
