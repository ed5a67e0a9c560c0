using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Delivery.FastData;
using Delivery.Models;
using Delivery.TrainingStore;
using Delivery.Updater.Publishing;
using Delivery.Updater.Validation;

namespace Delivery.Updater;

/// <summary>What is committed beside a model file: who it is, where it came from and on what evidence it was accepted. One number a line, so that history shows what changed.</summary>
public sealed record ModelCard
{
    // Reasons are read by people in git: a quote or a bracket stays what it is. Cards go into files, never into a web page as they are.
    private static readonly CardJson Json = new(new JsonSerializerOptions(CardJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public required string Name { get; init; }
    public required string Kind { get; init; }
    public required uint ModelVersion { get; init; }

    /// <summary>Requests that the trainer had processed at export.</summary>
    public required ulong RequestCount { get; init; }

    public required ulong BatchCount { get; init; }
    public required uint ClassCount { get; init; }
    public required uint FeatureCount { get; init; }

    /// <summary>Time of the newest event that the weights have learned from; null when the header says none.</summary>
    public DateTimeOffset? TrainedUntil { get; init; }

    /// <summary>16 hexadecimal digits.</summary>
    public required string ConfigHash { get; init; }

    /// <summary>Of the model file, 64 lower-case hexadecimal digits.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Of the file that the trainer exported, where the model is not published as it was trained; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TrainedSha256 { get; init; }

    public required long SizeBytes { get; init; }
    public required CardSource Source { get; init; }
    public required GateReport Gate { get; init; }

    /// <summary>How the published weights differ from the trained ones; absent when they are the trained ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PublicationReport? Publication { get; init; }

    public static ModelCard Of(ModelName name, LoadedModel model, ContentHash content, CardSource source, GateReport gate) => new()
    {
        Name = name.Value,
        Kind = model.Header.Kind,
        ModelVersion = model.Header.ModelVersion,
        RequestCount = model.Header.RequestCount,
        BatchCount = model.Header.BatchCount,
        ClassCount = model.Header.ClassCount,
        FeatureCount = model.Header.FeatureCount,
        TrainedUntil = model.Header.TrainedUntil?.ToDateTimeOffset(),
        ConfigHash = model.Header.ConfigHash.ToString("x16", CultureInfo.InvariantCulture),
        Sha256 = content.Hex,
        SizeBytes = model.File.Length,
        Source = source,
        Gate = gate,
    };

    /// <summary>Indented JSON that ends in a newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.ModelCard) + "\n";

    /// <exception cref="JsonException">The text is no card.</exception>
    public static ModelCard Parse(string json) => JsonSerializer.Deserialize(json, Json.ModelCard) ?? throw new JsonException("The card is null.");
}

/// <summary>Where a model came from.</summary>
/// <param name="Store">Name of the training store, as configured.</param>
/// <param name="Version">Its version there.</param>
/// <param name="SavedAt">When the trainer saved it.</param>
public sealed record CardSource(string Store, long Version, DateTimeOffset SavedAt)
{
    public static CardSource Of(string store, StoredModel model) => new(store, model.Version, model.SavedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(ModelCard))]
internal sealed partial class CardJson : JsonSerializerContext;
