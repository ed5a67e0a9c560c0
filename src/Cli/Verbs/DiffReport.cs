using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.History;
using Delivery.Updater.Validation;

namespace Delivery.Cli.Verbs;

/// <summary>What <c>delivery diff --json</c> writes.</summary>
/// <param name="Name">The model.</param>
/// <param name="From">The older side.</param>
/// <param name="To">The newer side.</param>
/// <param name="Same">Both have the same bytes.</param>
/// <param name="Header">Fields of the header that differ.</param>
/// <param name="Sources">Feature sources that were added, removed or changed in size.</param>
/// <param name="Weights">The moves of the weights that both have.</param>
/// <param name="Holdout">Decisions on the holdout; null where there is none to compare on.</param>
/// <param name="HoldoutProblem">Why there is none; null when there is.</param>
internal sealed record DiffReport(
    string Name, DiffSideReport From, DiffSideReport To, bool Same, IReadOnlyList<FieldChangeReport> Header, IReadOnlyList<SourceChange> Sources,
    MovesReport Weights, HoldoutFlips? Holdout, string? HoldoutProblem);

/// <summary>One side: the version as of a commit, and the generation that brought it.</summary>
internal sealed record DiffSideReport(string Commit, GenerationReport DeliveredBy, string Sha256, long SizeBytes, GateReport? Gate, string? Source)
{
    public static DiffSideReport Of(FastDataHistory history, DeliveredModel model, ModelVersion version)
    {
        var facts = VersionFacts.OfCard(history, model.Name, model.Commit);
        return new(model.Commit.Hex, GenerationReport.Of(version.Since), ContentHash.Of(model.File.Span).Hex, model.File.Length, facts.Gate, facts.Source);
    }
}

/// <summary>A field of the header, as text.</summary>
internal sealed record FieldChangeReport(string Field, string? From, string? To)
{
    public static IReadOnlyList<FieldChangeReport> Between(HeaderReport from, HeaderReport to)
    {
        var (before, after) = (Fields(from), Fields(to));
        return [.. before.Zip(after).Where(pair => pair.First.Value != pair.Second.Value).Select(pair => new FieldChangeReport(pair.First.Field, pair.First.Value, pair.Second.Value))];
    }

    private static (string Field, string? Value)[] Fields(HeaderReport header) =>
    [
        ("name", header.Name),
        ("kind", header.Kind),
        ("model_version", Text(header.ModelVersion)),
        ("sources", string.Join(", ", header.Sources.Select(source => $"{source.Name} ({source.Count})"))),
        ("class_count", Text(header.ClassCount)),
        ("feature_count", Text(header.FeatureCount)),
        ("request_count", Text(header.RequestCount)),
        ("batch_count", Text(header.BatchCount)),
        ("created", header.Created is { } created ? Output.Human.Time(created) : null),
        ("trained_until", header.TrainedUntil is { } until ? Output.Human.Time(until) : null),
        ("config_hash", header.ConfigHash),
        ("intent", header.Intent),
        ("objective", header.Objective),
        ("format", Text(header.Format)),
    ];

    private static string Text<T>(T number) where T : IFormattable => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>How far the weights moved that both versions have.</summary>
/// <param name="Compared">How many both have.</param>
/// <param name="Moved">How many of them differ.</param>
/// <param name="Norm">√Σ(w′ − w)².</param>
/// <param name="NormBefore">√Σw².</param>
/// <param name="NormAfter">√Σw′².</param>
/// <param name="RelativeNorm">Norm by NormBefore; null when the weights were all 0.</param>
/// <param name="NotCompared">What only one of them has, in words.</param>
/// <param name="Largest">The largest moves.</param>
internal sealed record MovesReport(
    long Compared, long Moved, double Norm, double NormBefore, double NormAfter, double? RelativeNorm, IReadOnlyList<string> NotCompared, IReadOnlyList<MoveReport> Largest)
{
    public static MovesReport Of(ModelDifference difference) => new(
        difference.Compared, difference.Moved, difference.Norm, difference.NormBefore, difference.NormAfter, difference.RelativeNorm, difference.NotCompared,
        [.. difference.Largest.Select(weight => new MoveReport(weight.Tensor, weight.Row, weight.Column, weight.Source, weight.SourceIndex, weight.Before, weight.After, weight.Move))]);
}

/// <summary>One weight that moved. Row and column are those of the newer side; a row of a tensor by feature is a class.</summary>
internal sealed record MoveReport(string Tensor, int Row, int Column, string? Source, int? SourceIndex, float Before, float After, double Move);
