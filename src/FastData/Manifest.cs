using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Delivery.Models;

namespace Delivery.FastData;

/// <summary>One model of a generation.</summary>
/// <param name="Name">The model.</param>
/// <param name="Length">Bytes of its file.</param>
/// <param name="Content">SHA-256 of its file.</param>
/// <param name="Kind">How it is scored; a reader that does not know the kind keeps the version it has, if any.</param>
public sealed record ManifestEntry(ModelName Name, long Length, ContentHash Content, string Kind)
{
    /// <summary>Its file in <see cref="FolderLayout.Models"/>.</summary>
    public string File => FolderLayout.ModelFileName(Name, Content);
}

/// <summary>All models of one generation, ordered by name. JSON with one line a model, so that two of them compare line by line.</summary>
public sealed record Manifest(long Epoch, CommitId Commit, IReadOnlyList<ManifestEntry> Models)
{
    private const int ModelsToPause = 50; // read in some 50 µs
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private static readonly JsonReaderOptions Strict = new() { CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = false };

    /// <summary>Time of the commit, to the second, in UTC: when the generation was published, on whatever host. Null in a manifest of before this was written down.</summary>
    public DateTimeOffset? Published { get; init; }

    /// <summary>The file's bytes; the same manifest gives the same bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>(256 + (Models.Count * 256));
        Append(bytes, $"{{\"format\":{FolderLayout.Format},\"epoch\":{Epoch},\"commit\":\"{Commit}\",{PublishedText()}\"models\":[");
        for (var i = 0; i < Models.Count; i++)
        {
            var model = Models[i];
            Append(bytes, $"{(i == 0 ? "" : ",")}\n{{\"name\":\"{model.Name}\",\"file\":\"{model.File}\",\"length\":{model.Length},\"sha256\":\"{model.Content}\",\"kind\":\"{model.Kind}\"}}");
        }
        Append(bytes, "\n]}\n");
        return bytes.WrittenSpan.ToArray();
    }

    /// <param name="content">The whole file.</param>
    /// <param name="path">For the message of an error.</param>
    /// <param name="known">Entries ordered by name, as of the manifest before: where one says the same it is taken, and nothing made anew. Default none.</param>
    /// <param name="pause">Called after some models each. Default nothing.</param>
    /// <exception cref="FastDataException">This is no manifest.</exception>
    /// <exception cref="UnsupportedFormatException">It is of a format that this version does not read.</exception>
    public static Manifest Parse(ReadOnlySpan<byte> content, string path, IReadOnlyList<ManifestEntry>? known = null, Action? pause = null)
    {
        try
        {
            return Read(content, known ?? [], pause);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new FastDataException($"{path}: no manifest: {e.Message}", e);
        }
    }

    private static Manifest Read(ReadOnlySpan<byte> content, IReadOnlyList<ManifestEntry> before, Action? pause)
    {
        var known = new KnownEntries(before);
        var json = new Utf8JsonReader(content, Strict);
        Expect(ref json, JsonTokenType.StartObject);
        var format = Number(ref json, "format");
        if (!FolderLayout.Reads((int)long.Clamp(format, 0, int.MaxValue))) throw new UnsupportedFormatException($"The manifest has format {format}; this version reads {FolderLayout.Format}. Update this process first.");
        var epoch = Number(ref json, "epoch");
        var commit = CommitId.Parse(Text(ref json, "commit"));
        var published = PublishedIfThere(ref json);
        Expect(ref json, JsonTokenType.StartArray);
        var models = new List<ManifestEntry>(before.Count);
        while (Next(ref json) == JsonTokenType.StartObject)
        {
            var entry = known.Take(ref json) ?? Entry(ref json);
            if (models.Count > 0 && models[^1].Name >= entry.Name) throw new FormatException($"model '{entry.Name}' stands after '{models[^1].Name}'; the names must grow.");
            models.Add(entry);
            if (models.Count % ModelsToPause == 0) pause?.Invoke();
        }
        if (json.TokenType != JsonTokenType.EndArray) throw new FormatException($"{json.TokenType} where a model or the end of the list was expected.");
        Expect(ref json, JsonTokenType.EndObject);
        if (json.Read()) throw new FormatException("more follows after its end.");
        return new Manifest(epoch, commit, models) { Published = published };
    }

    /// <summary>Reads up to the value of <c>models</c>.</summary>
    private static DateTimeOffset? PublishedIfThere(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.PropertyName);
        if (!json.ValueTextEquals("published"))
        {
            return json.ValueTextEquals("models") ? null : throw new FormatException($"property '{json.GetString()}' at byte {json.TokenStartIndex}; expected 'models'.");
        }
        Expect(ref json, JsonTokenType.String);
        var text = json.GetString()!;
        if (!DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            throw new FormatException($"'published' is '{text}'; expected a time in UTC such as 2026-03-01T12:00:00Z.");
        }
        Property(ref json, "models");
        return time;
    }

    private string PublishedText() => Published is { } time ? $"\"published\":\"{time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}\"," : "";

    private static ManifestEntry Entry(ref Utf8JsonReader json)
    {
        var name = ModelName.Parse(Text(ref json, "name"));
        var file = Text(ref json, "file");
        var length = Number(ref json, "length");
        var entry = new ManifestEntry(name, length, ContentHash.Parse(Text(ref json, "sha256")), Text(ref json, "kind"));
        Expect(ref json, JsonTokenType.EndObject);
        // The name of a file comes from outside: only the one that follows from name and content is taken.
        return file == entry.File ? entry : throw new FormatException($"model '{name}' has the file '{file}'; expected '{entry.File}'.");
    }

    private static JsonTokenType Next(ref Utf8JsonReader json) =>
        json.Read() ? json.TokenType : throw new FormatException("it ends too early.");

    private static void Expect(ref Utf8JsonReader json, JsonTokenType expected)
    {
        if (Next(ref json) != expected) throw new FormatException($"{json.TokenType} at byte {json.TokenStartIndex}; expected {expected}.");
    }

    private static void Property(ref Utf8JsonReader json, string name)
    {
        Expect(ref json, JsonTokenType.PropertyName);
        if (!json.ValueTextEquals(name)) throw new FormatException($"property '{json.GetString()}' at byte {json.TokenStartIndex}; expected '{name}'.");
    }

    private static long Number(ref Utf8JsonReader json, string property)
    {
        Property(ref json, property);
        Expect(ref json, JsonTokenType.Number);
        return json.TryGetInt64(out var value) && value > 0 ? value : throw new FormatException($"'{property}' must be a whole number above 0.");
    }

    private static string Text(ref Utf8JsonReader json, string property)
    {
        Property(ref json, property);
        Expect(ref json, JsonTokenType.String);
        return json.GetString()!;
    }

    private static void Append(ArrayBufferWriter<byte> bytes, string text) =>
        bytes.Advance(Encoding.ASCII.GetBytes(text, bytes.GetSpan(text.Length)));
}
