using System.Text.Json;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.Models.Formats;
using Delivery.Updater;
using Delivery.Updater.Publishing;
using Delivery.Updater.Validation;

namespace Delivery.Cli.Verbs;

/// <summary>What <c>delivery show --json</c> writes.</summary>
internal sealed record ShowReport
{
    public required string Name { get; init; }

    /// <summary>The commit that was looked at.</summary>
    public required string Commit { get; init; }

    /// <summary>The newest generation, up to that commit, that changed the model.</summary>
    public required GenerationReport DeliveredBy { get; init; }

    public required string Sha256 { get; init; }
    public required long SizeBytes { get; init; }
    public required HeaderReport Header { get; init; }
    public required IReadOnlyList<TensorReport> Tensors { get; init; }
    public required WeightReport? Weights { get; init; }

    /// <summary>The gate's evidence, which is also in <see cref="Card"/>; null for a model delivered without one.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>How the published weights differ from the trained ones, which is also in <see cref="Card"/>; null when they are the trained ones.</summary>
    public PublicationReport? Publication { get; init; }

    /// <summary>The card as it was committed; null when it is no JSON.</summary>
    public JsonElement? Card { get; init; }

    /// <summary>Where the model came from, in words.</summary>
    public string? Source { get; init; }

    /// <summary>Why the card could not be read as one of ours; null when it could.</summary>
    public string? CardProblem { get; init; }

    /// <exception cref="InvalidModelException">The committed file is no model.</exception>
    public static ShowReport Of(FastData.Git.DeliveredModel model, Generation deliveredBy)
    {
        var layout = ModelLayout.Read(model.File.Span);
        var report = new ShowReport
        {
            Name = model.Name.Value,
            Commit = model.Commit.Hex,
            DeliveredBy = GenerationReport.Of(deliveredBy),
            Sha256 = ContentHash.Of(model.File.Span).Hex,
            SizeBytes = model.File.Length,
            Header = HeaderReport.Of(layout.Header),
            Tensors = [.. layout.Tensors.Select(TensorReport.Of)],
            Weights = WeightReport.Of(layout, model.File.Span),
        };
        return report.WithCard(model.Card);
    }

    // A card is for people and never needed to serve a model, so one that somebody wrote by hand does not hide the rest.
    private ShowReport WithCard(ReadOnlyMemory<byte> content)
    {
        var report = this;
        try
        {
            using var document = JsonDocument.Parse(content);
            report = report with { Card = document.RootElement.Clone() };
            var card = ModelCard.Parse(System.Text.Encoding.UTF8.GetString(content.Span));
            return report with { Gate = card.Gate, Publication = card.Publication, Source = $"{card.Source.Store}, version {card.Source.Version}, saved {Output.Human.Time(card.Source.SavedAt)}" };
        }
        catch (JsonException e)
        {
            return report with { CardProblem = $"not one of this program: {e.Message}" };
        }
    }
}
