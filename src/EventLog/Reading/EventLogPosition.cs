using System.Text;
using System.Text.Json;

namespace Delivery.EventLog.Reading;

/// <summary>How far a reader has come: for each writer a segment and an offset in it. Immutable.</summary>
public sealed class EventLogPosition
{
    private const int Format = 1;
    private readonly SortedDictionary<string, Place> _writers;

    internal EventLogPosition(IEnumerable<KeyValuePair<string, Place>> writers)
    {
        _writers = new SortedDictionary<string, Place>(StringComparer.Ordinal);
        foreach (var (writer, place) in writers) _writers.Add(writer, place);
    }

    /// <summary>Before everything.</summary>
    public static EventLogPosition Start { get; } = new([]);

    internal readonly record struct Place(int Segment, long Offset);

    internal IReadOnlyDictionary<string, Place> Writers => _writers;

    /// <summary>The JSON that <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is something else; the message says what is wrong.</exception>
    public static EventLogPosition Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.GetProperty("format").GetInt32() != Format) throw new FormatException($"The position has format {root.GetProperty("format").GetInt32()}; expected {Format}.");
            return new EventLogPosition(root.GetProperty("writers").EnumerateObject().Select(writer => KeyValuePair.Create(writer.Name, Read(writer))));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"This is no position in an event log: {e.Message}", e);
        }
    }

    /// <summary>As JSON, writers by name.</summary>
    public override string ToString()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("format", Format);
            json.WriteStartObject("writers");
            foreach (var (writer, place) in _writers)
            {
                json.WriteStartObject(writer);
                json.WriteNumber("segment", place.Segment);
                json.WriteNumber("offset", place.Offset);
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>Whether all of a segment lies before it.</summary>
    internal bool HasPassed(string writer, int number, long length) =>
        _writers.TryGetValue(writer, out var place) && (place.Segment > number || (place.Segment == number && place.Offset >= length));

    private static Place Read(JsonProperty writer)
    {
        var (segment, offset) = (writer.Value.GetProperty("segment").GetInt32(), writer.Value.GetProperty("offset").GetInt64());
        if (segment < 0 || offset < 0) throw new FormatException($"The position of writer '{writer.Name}' is segment {segment}, offset {offset}; expected 0 or more.");
        return new Place(segment, offset);
    }
}
