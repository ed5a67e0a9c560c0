using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>Reads and writes the files of orders in <c>control/</c>: the same order gives the same bytes, and what is wrong in one is told by file, commit and field.</summary>
internal static class ControlFile
{
    // Reasons are read by people in git, so quotes and brackets stay what they are.
    private static readonly ControlJson Json = new(new JsonSerializerOptions(ControlJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>A file with one entry a model; none when there is no such file.</summary>
    /// <exception cref="FastDataException">It is no such file, or has a model twice.</exception>
    public static IReadOnlyList<T> ReadList<T>(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> control, CommitId? commit, string file, Func<ControlFields, T> make, Func<T, ModelName> name)
    {
        var where = $"control/{file} of commit {commit}";
        var entries = Parse(control, file, where, Json.ControlEntryArray);
        var made = (entries ?? []).Select((entry, i) => make(new ControlFields(entry ?? throw new FastDataException($"{where}: entry {i + 1} is null."), $"{where}: entry {i + 1}"))).ToList();
        return made.GroupBy(name).FirstOrDefault(group => group.Count() > 1) is { Key: var twice }
            ? throw new FastDataException($"{where}: '{twice}' stands there twice; expected each model once.")
            : made;
    }

    /// <summary>A file with one entry; null when there is no such file.</summary>
    /// <exception cref="FastDataException">It is no such file.</exception>
    public static ControlFields? ReadOne(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> control, CommitId? commit, string file)
    {
        var where = $"control/{file} of commit {commit}";
        return Parse(control, file, where, Json.ControlEntry) is { } entry ? new ControlFields(entry, where) : null;
    }

    /// <summary>The file of these entries, which are in the order of names; null for none, which removes it.</summary>
    public static ReadOnlyMemory<byte>? WriteList(ControlEntry[] entries)
    {
        if (entries.Length == 0) return null; // in a conditional expression null would become an empty file
        return Lines(JsonSerializer.SerializeToUtf8Bytes(entries, Json.ControlEntryArray));
    }

    /// <summary>The file of this entry.</summary>
    public static ReadOnlyMemory<byte> WriteOne(ControlEntry entry) => Lines(JsonSerializer.SerializeToUtf8Bytes(entry, Json.ControlEntry));

    private static T? Parse<T>(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> control, string file, string where, JsonTypeInfo<T> type) where T : class
    {
        if (!control.TryGetValue(file, out var content)) return null;
        try
        {
            return JsonSerializer.Deserialize(content.Span, type) ?? throw new FastDataException($"{where}: it is null.");
        }
        catch (JsonException e)
        {
            throw new FastDataException($"{where}: {e.Message}", e);
        }
    }

    private static byte[] Lines(byte[] json) => [.. json, (byte)'\n'];
}

/// <summary>An order as it stands in a file; what a kind of order has not is null and left out.</summary>
internal sealed record ControlEntry(string? Name, string? Sha256, string? Commit, string? Since, string? Until, string? Actor, string? Reason)
{
    public static ControlEntry Of(ControlOrder order, ModelName? name = null, ContentHash? content = null, CommitId? commit = null) =>
        new(name?.Value, content?.Hex, commit?.Hex, ControlText.Iso(order.Since), order.Until is { } until ? ControlText.Iso(until) : null, order.Actor.ToString(), order.Reason);
}

/// <summary>The fields of an entry, each checked when it is asked for.</summary>
/// <param name="entry">The entry.</param>
/// <param name="where">Where it stands, for messages.</param>
internal sealed class ControlFields(ControlEntry entry, string where)
{
    public ModelName Name => Read("name", entry.Name, ModelName.Parse);

    public ContentHash Content => Read("sha256", entry.Sha256, ContentHash.Parse);

    public CommitId Commit => Read("commit", entry.Commit, CommitId.Parse);

    public ControlOrder Order => new(
        Read("since", entry.Since, Time), entry.Until is null ? null : Read("until", entry.Until, Time), Read("actor", entry.Actor, Actor.Parse), Read("reason", entry.Reason, text => text));

    private T Read<T>(string field, string? text, Func<string, T> parse)
    {
        if (text is null) throw new FastDataException($"{where}, field '{field}': it is missing.");
        try
        {
            return parse(text);
        }
        catch (FormatException e)
        {
            throw new FastDataException($"{where}, field '{field}': {e.Message}", e);
        }
    }

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time : throw new FormatException($"'{text}' is no time; expected ISO 8601 such as 2026-03-01T12:00:00Z.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlEntry[]))]
internal sealed partial class ControlJson : JsonSerializerContext;
