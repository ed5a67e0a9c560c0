using System.Text.Json;

namespace Delivery.FastData.Git;

/// <summary>What a card says of the content that the trainer exported, which is not the delivered one where weights were rounded or kept.</summary>
public static class TrainedContent
{
    /// <summary>The card's field: 64 lower-case hexadecimal digits.</summary>
    public const string Field = "trained_sha256";

    /// <summary>The hash that <paramref name="card"/> names; null when it names none, which means that what was delivered is what was trained.</summary>
    /// <remarks>A card is for people and may be anything: one that is no JSON names none.</remarks>
    public static ContentHash? Of(ReadOnlyMemory<byte> card)
    {
        try
        {
            using var document = JsonDocument.Parse(card);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(Field, out var value) && value.ValueKind == JsonValueKind.String
                ? ContentHash.Parse(value.GetString()!)
                : null;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }
}
