using System.Text.Json;

namespace Delivery.Models.Settings;

/// <summary>Reads one JSON object setting by setting, collects every mistake, and knows in the end which keys nobody asked for.</summary>
public sealed class SettingFields
{
    private readonly string _section;
    private readonly string _model;
    private readonly string _prefix;
    private readonly List<SettingProblem> _problems;
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <param name="section">The group of settings that problems name.</param>
    /// <param name="model">The entry that problems name.</param>
    /// <param name="json">A JSON object; it is read here once and must not be disposed before the last question.</param>
    /// <param name="problems">Receives every mistake.</param>
    /// <param name="prefix">Stands before each key in problems: the path to an object inside the entry, with its point.</param>
    public SettingFields(string section, string model, JsonElement json, List<SettingProblem> problems, string prefix = "")
    {
        (_section, _model, _problems, _prefix) = (section, model, problems, prefix);
        foreach (var property in json.EnumerateObject())
        {
            if (!_values.TryAdd(property.Name, property.Value)) Wrong(property.Name, property.Value.GetRawText(), "each key once");
        }
    }

    /// <summary>A value under its name or one of its aliases.</summary>
    public JsonElement? Take(string key, params ReadOnlySpan<string> aliases)
    {
        JsonElement? found = Ask(key);
        foreach (var alias in aliases)
        {
            if (Ask(alias) is not { } value) continue;
            if (found is null) found = value;
            else Wrong(alias, value.GetRawText(), $"it or {key}, which is the same setting, but not both");
        }
        return found;
    }

    /// <summary>A number without a fraction; null when it is missing or was reported.</summary>
    public int? Whole(string key, JsonElement? value, bool required = false) =>
        Read<int>(key, value, required, "a whole number", static v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var number) ? number : null);

    /// <summary>A finite number; null when it is missing or was reported.</summary>
    public double? Number(string key, bool required = false) =>
        Read<double>(key, Take(key), required, "a number", static v => v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out var number) && double.IsFinite(number) ? number : null);

    /// <summary>0, 1, true or false; null when it is missing or was reported.</summary>
    public bool? Flag(string key) => Read<bool>(key, Take(key), required: false, "0, 1, true or false", static v => v.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when v.TryGetInt32(out var number) && number is 0 or 1 => number == 1,
        _ => null,
    });

    /// <summary>A flag that may also be a number: true is 1.</summary>
    public double? FlagOrNumber(string key) => Read<double>(key, Take(key), required: false, "0, 1, true, false or a number", static v => v.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Number when v.TryGetDouble(out var number) && double.IsFinite(number) => number,
        _ => null,
    });

    /// <summary>A text, perhaps empty; null when it is missing or was reported.</summary>
    public string? Text(string key, bool required = false) => Take(key) switch
    {
        null => Missing<string>(key, required, "a text"),
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => Wrong<string>(key, value.GetRawText(), "a text"),
    };

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public IReadOnlyList<string>? Texts(string key, bool required = false) => Take(key) switch
    {
        null => Missing<IReadOnlyList<string>>(key, required, "a list of texts"),
        { ValueKind: JsonValueKind.String } value => [value.GetString()!],
        { ValueKind: JsonValueKind.Array } value when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) => [.. value.EnumerateArray().Select(v => v.GetString()!)],
        { } value => Wrong<IReadOnlyList<string>>(key, value.GetRawText(), "a list of texts"),
    };

    /// <summary>A JSON object with settings of its own; null when it is missing or was reported.</summary>
    public SettingFields? Object(string key) => Take(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new SettingFields(_section, _model, value, _problems, $"{_prefix}{key}."),
        { } value => Wrong<SettingFields>(key, value.GetRawText(), "an object"),
    };

    /// <summary>Reports a mistake in one setting.</summary>
    public void Wrong(string key, string value, string expected) => _problems.Add(new(_section, _model, _prefix + key, value, expected));

    /// <summary>Reports every key that was not asked for, with the one that was probably meant.</summary>
    public void ReportUnknown()
    {
        foreach (var (key, value) in _values.Where(pair => !_asked.Contains(pair.Key)))
        {
            var meant = NearestName.Of(key, _asked);
            Wrong(key, value.GetRawText(), meant is null ? "a known setting" : $"a known setting (was '{meant}' meant?)");
        }
    }

    private JsonElement? Ask(string key)
    {
        _asked.Add(key);
        return _values.TryGetValue(key, out var value) ? value : null;
    }

    private T? Read<T>(string key, JsonElement? value, bool required, string expected, Func<JsonElement, T?> read) where T : struct
    {
        if (value is not { } given)
        {
            if (required) Wrong(key, "", expected);
            return null;
        }
        if (read(given) is { } result) return result;
        Wrong(key, given.GetRawText(), expected);
        return null;
    }

    private T? Missing<T>(string key, bool required, string expected) where T : class => required ? Wrong<T>(key, "", expected) : null;

    private T? Wrong<T>(string key, string value, string expected) where T : class
    {
        Wrong(key, value, expected);
        return null;
    }
}
