using System.Text;
using System.Text.Json;
using Delivery.Models;

namespace Delivery.FastData;

/// <summary>
/// Entries of an earlier manifest, for the reading of the next: most models are the same in both, and making their names and hashes
/// anew at each reload would be most of what a reader allocates.
/// </summary>
/// <param name="entries">Ordered by name.</param>
internal sealed class KnownEntries(IReadOnlyList<ManifestEntry> entries)
{
    private int _next;

    /// <summary>
    /// The known entry that says the same as the one at <paramref name="json"/>, which is then moved to its end; of other content, one that shares its
    /// name and kind. Null, and nothing moved, where no such model is known or anything is out of the ordinary: the entry is then to be read, and judged, as usual.
    /// </summary>
    public ManifestEntry? Take(ref Utf8JsonReader json)
    {
        var ahead = json;
        ManifestEntry? entry;
        try
        {
            entry = Read(ref ahead);
        }
        catch (JsonException)
        {
            return null; // a fault may stand before it, which the usual reading finds first
        }
        if (entry is not null) json = ahead;
        return entry;
    }

    private ManifestEntry? Read(ref Utf8JsonReader ahead)
    {
        if (!Text(ref ahead, "name"u8, out var name) || Find(name) is not { } entry) return null;
        if (!Text(ref ahead, "file"u8, out var file) || !Property(ref ahead, "length"u8) || ahead.TokenType != JsonTokenType.Number || !ahead.TryGetInt64(out var length) || length <= 0) return null;
        if (!Text(ref ahead, "sha256"u8, out var hash) || hash.Length != ContentHash.Length || !IsFile(file, name, hash)) return null;
        var isSame = length == entry.Length && ahead.ValueTextEquals(entry.Content.Hex);
        if (!Text(ref ahead, "kind"u8, out _) || !ahead.ValueTextEquals(entry.Kind) || !ahead.Read() || ahead.TokenType != JsonTokenType.EndObject) return null;
        var content = entry.Content;
        if (!isSame && !ContentHash.TryParse(Encoding.ASCII.GetString(hash), out content)) return null;
        return isSame ? entry : entry with { Length = length, Content = content };
    }

    private ManifestEntry? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > ModelName.MaxLength) return null;
        Span<char> characters = stackalloc char[ModelName.MaxLength];
        ReadOnlySpan<char> wanted = characters[..Encoding.ASCII.GetChars(name, characters)];
        for (; _next < entries.Count; _next++)
        {
            var order = entries[_next].Name.Value.AsSpan().SequenceCompareTo(wanted);
            if (order >= 0) return order == 0 ? entries[_next] : null;
        }
        return null;
    }

    /// <summary><see cref="FolderLayout.ModelFileName"/>, without making it.</summary>
    private static bool IsFile(ReadOnlySpan<byte> file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> hash) =>
        file.StartsWith(name) && file[name.Length..] is [(byte)'.', .. var rest] && rest.EndsWith(".pb"u8) && rest[..^3].SequenceEqual(hash[..ContentHash.ShortLength]);

    private static bool Text(ref Utf8JsonReader json, ReadOnlySpan<byte> property, out ReadOnlySpan<byte> text)
    {
        var isText = Property(ref json, property) && json.TokenType == JsonTokenType.String && !json.ValueIsEscaped;
        text = isText ? json.ValueSpan : default;
        return isText;
    }

    private static bool Property(ref Utf8JsonReader json, ReadOnlySpan<byte> property) =>
        json.Read() && json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals(property) && json.Read();
}
