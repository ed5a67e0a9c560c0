using System.Text;
using System.Text.Json;

namespace Delivery.Cli.Configuration;

/// <summary>Reads <c>delivery.json</c> into raw values, and tells every mistake with its line and column. Comments and trailing commas are allowed.</summary>
internal sealed class SettingsFile
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    // The reader tells an early end in terms of its own parameters.
    private static readonly string[] TooShort = ["isFinalBlock", "depth to be zero", "reached end of data"];

    private readonly string _path;
    private readonly string _folder;
    private readonly byte[] _content;
    private readonly List<RawValue> _values = [];
    private readonly List<string> _problems;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private SettingsFile(string path, string folder, byte[] content, List<string> problems) => (_path, _folder, _content, _problems) = (path, folder, content, problems);

    /// <param name="path">As the messages are to show it.</param>
    /// <param name="fullPath">Relative paths in the file start at its folder.</param>
    /// <param name="content">Of the file, UTF-8.</param>
    /// <param name="problems">Receives the mistakes.</param>
    public static IReadOnlyList<RawValue> Read(string path, string fullPath, ReadOnlySpan<byte> content, List<string> problems)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[Encoding.UTF8.Preamble.Length..];
        var file = new SettingsFile(path, Path.GetDirectoryName(fullPath)!, content.ToArray(), problems);
        var json = new Utf8JsonReader(file._content, Lenient);
        try
        {
            json.Read();
            if (json.TokenType == JsonTokenType.StartObject) file.ReadObject(ref json, "");
            else file.Add(json.TokenStartIndex, $"the file holds {Shown(ref json)}; expected an object {{ ... }}.");
            json.Read(); // what follows the end is a mistake that only a further read finds
        }
        catch (JsonException e)
        {
            // Its own text repeats the position, counted from 0.
            var text = e.Message.Split(" LineNumber: ")[0];
            problems.Add($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: {(TooShort.Any(text.Contains) ? "the JSON ends too early." : $"this is no JSON: {text}")}");
        }
        catch (InvalidOperationException)
        {
            file.Add(json.TokenStartIndex, "text that is not UTF-8, or half a surrogate pair.");
        }
        return file._values;
    }

    private void ReadObject(ref Utf8JsonReader json, string prefix)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var (name, at) = (json.GetString()!, json.TokenStartIndex);
            var key = prefix + name;
            json.Read();
            var known = Setting.IsSection(key) || Setting.Find(key) is not null;
            if (known && !_seen.Add(key)) Add(at, $"{key} stands here a second time.");
            if (!known) Add(at, UnknownKey.Message(key));
            else if (Setting.IsSection(key)) ReadSection(ref json, key);
            else ReadValue(ref json, key);
            if (json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) json.Skip();
        }
    }

    private void ReadSection(ref Utf8JsonReader json, string key)
    {
        if (json.TokenType == JsonTokenType.StartObject) ReadObject(ref json, key + ".");
        else Add(json.TokenStartIndex, $"{key} is {Shown(ref json)}; expected an object {{ ... }}.");
    }

    private void ReadValue(ref Utf8JsonReader json, string key)
    {
        var kind = json.TokenType switch
        {
            JsonTokenType.String => RawKind.String,
            JsonTokenType.Number => RawKind.Number,
            JsonTokenType.Null => RawKind.Null,
            _ => RawKind.Other,
        };
        var text = kind == RawKind.String ? json.GetString()! : Shown(ref json);
        _values.Add(new RawValue(key, kind, text, Position(json.TokenStartIndex), _folder));
    }

    private static string Shown(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        _ => Encoding.UTF8.GetString(json.ValueSpan) is var text && json.TokenType == JsonTokenType.String ? $"\"{text}\"" : text,
    };

    private void Add(long at, string problem) => _problems.Add($"{Position(at)}: {problem}");

    private string Position(long at)
    {
        var before = _content.AsSpan(0, (int)at);
        var lineStart = before.LastIndexOf((byte)'\n') + 1;
        return $"{_path}:{before.Count((byte)'\n') + 1}:{Encoding.UTF8.GetCharCount(before[lineStart..]) + 1}";
    }
}
