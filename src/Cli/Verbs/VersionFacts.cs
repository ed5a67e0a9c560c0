using System.Text;
using System.Text.Json;
using Delivery.Cli.Output;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Updater;
using Delivery.Updater.Validation;

namespace Delivery.Cli.Verbs;

/// <summary>What a commit says of one model: from its card, and from the weights where they are at hand. What cannot be had is null.</summary>
internal sealed record VersionFacts
{
    public string? Sha256 { get; init; }
    public long? SizeBytes { get; init; }
    public ulong? RequestCount { get; init; }
    public DateTimeOffset? TrainedUntil { get; init; }
    public GateReport? Gate { get; init; }
    public string? Source { get; init; }

    /// <summary>From the card; the weights are only read where the card says nothing, so that a long list stays quick.</summary>
    public static VersionFacts OfCard(FastDataHistory history, ModelName name, CommitId commit)
    {
        var facts = Card(history, name, commit);
        return facts.Sha256 is null ? OfWeights(history, name, commit) : facts;
    }

    /// <summary>From the weights, which are the truth, and what else the card says. Weights that are elsewhere leave the card's word.</summary>
    public static VersionFacts OfWeights(FastDataHistory history, ModelName name, CommitId commit)
    {
        var facts = Card(history, name, commit);
        try
        {
            if (history.Find(name, commit) is not { } model) return facts;
            facts = facts with { Sha256 = ContentHash.Of(model.File.Span).Hex, SizeBytes = model.File.Length };
            var header = ModelLayout.Read(model.File.Span).Header;
            return facts with { RequestCount = header.RequestCount, TrainedUntil = header.TrainedUntil?.ToDateTimeOffset() };
        }
        catch (Exception e) when (e is FastDataException or InvalidModelException)
        {
            return facts;
        }
    }

    private static VersionFacts Card(FastDataHistory history, ModelName name, CommitId commit)
    {
        try
        {
            if (history.FindCard(name, commit) is not { } content) return new VersionFacts();
            var card = ModelCard.Parse(Encoding.UTF8.GetString(content.Span));
            return new VersionFacts
            {
                Sha256 = card.Sha256,
                SizeBytes = card.SizeBytes,
                RequestCount = card.RequestCount,
                TrainedUntil = card.TrainedUntil,
                Gate = card.Gate,
                Source = $"{card.Source.Store}, version {card.Source.Version}, saved {Human.Time(card.Source.SavedAt)}",
            };
        }
        catch (Exception e) when (e is FastDataException or JsonException)
        {
            return new VersionFacts();
        }
    }
}
