using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>Content that failed its tests and is not tried again until somebody releases it.</summary>
/// <param name="Name">The model.</param>
/// <param name="Content">SHA-256 of the rejected file.</param>
/// <param name="Since">When it was rejected.</param>
/// <param name="Reason">Why, one line.</param>
public sealed record QuarantinedContent(ModelName Name, ContentHash Content, DateTimeOffset Since, string Reason);

/// <summary><c>control/quarantine.json</c>: every quarantined content, ordered by name and then by time.</summary>
public static class Quarantine
{
    /// <summary>The file's name in <c>control/</c>.</summary>
    public const string FileName = "quarantine.json";

    // A store offers one candidate of a name at a time, so older entries than these can no longer come up.
    private const int KeepPerName = 8;

    // Reasons are read by people in git, so quotes and brackets stay what they are.
    private static readonly QuarantineJson Json = new(new JsonSerializerOptions(QuarantineJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>What a tip has in quarantine.</summary>
    /// <exception cref="FastDataException">The committed file is no quarantine.</exception>
    public static IReadOnlyList<QuarantinedContent> Read(FastDataTip tip)
    {
        if (!tip.Control.TryGetValue(FileName, out var content)) return [];
        try
        {
            Entry?[] entries = JsonSerializer.Deserialize(content.Span, Json.EntryArray) ?? throw new FormatException("it is null.");
            return [.. entries.Select((found, i) => found is { } entry
                ? new QuarantinedContent(ModelName.Parse(entry.Name), ContentHash.Parse(entry.Sha256), entry.Since, entry.Reason)
                : throw new FormatException($"entry {i + 1} is null."))];
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new FastDataException($"control/{FileName} of commit {tip.Commit}: {e.Message}", e);
        }
    }

    /// <summary>The file for these entries; null for none, which removes it.</summary>
    public static ReadOnlyMemory<byte>? Write(IEnumerable<QuarantinedContent> entries)
    {
        var kept = entries.OrderByDescending(entry => entry.Since)
            .DistinctBy(entry => (entry.Name, entry.Content))
            .GroupBy(entry => entry.Name)
            .OrderBy(group => group.Key)
            .SelectMany(group => group.Take(KeepPerName).Reverse())
            .Select(entry => new Entry(entry.Name.Value, entry.Content.Hex, entry.Since, entry.Reason))
            .ToArray();
        if (kept.Length == 0) return null;
        return (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(kept, Json.EntryArray), (byte)'\n'];
    }

    internal sealed record Entry(string Name, string Sha256, DateTimeOffset Since, string Reason);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Quarantine.Entry[]))]
internal sealed partial class QuarantineJson : JsonSerializerContext;
