using System.Text.Json;
using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>Reads a whole configuration from text.</summary>
/// <remarks>
/// Either one JSON object, <c>{"ApplyModels": {"name": {...}}, "TrainModels": {"name": {...}}}</c>, or lines as users write flags,
/// <c>scheme_Local/BlenderOnlineLearning/ApplyModels/name={...}</c>, with comments that begin with #. Of <c>TrainModels</c>, which may
/// be left out, only <c>ClassNumber</c> and <c>UseLocalRandom</c> are read.
/// </remarks>
public static class ApplyConfigurationReader
{
    private const string NoEntry = "";

    /// <param name="text">The configuration.</param>
    /// <param name="file">Named in every mistake; null for none.</param>
    /// <exception cref="InvalidApplyModelsException">All mistakes.</exception>
    public static ApplyConfiguration Read(string text, string? file = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var problems = new List<SettingProblem>();
        var documents = new List<JsonDocument>();
        try
        {
            var entries = text.AsSpan().TrimStart().StartsWith('{') ? FromJson(text, documents, problems) : FromLines(text, documents, problems);
            var configuration = Read(entries, problems);
            return problems.Count == 0 ? configuration : throw new InvalidApplyModelsException(problems, file);
        }
        finally
        {
            foreach (var document in documents) document.Dispose();
        }
    }

    private static ApplyConfiguration Read(List<Entry> entries, List<SettingProblem> problems)
    {
        foreach (var twice in entries.GroupBy(entry => (entry.Section, entry.Name.ToUpperInvariant())).Where(group => group.Count() > 1))
        {
            var (section, name, _) = twice.Last();
            problems.Add(new(section, name, "name", $"\"{name}\"", $"a name other than '{twice.First().Name}', letter case aside"));
        }
        var trained = new Dictionary<string, TrainedModel>(StringComparer.Ordinal);
        foreach (var (section, name, json) in entries)
        {
            if (section != ApplyModel.Section && ApplyModelReader.ReadTrained(name, json, problems) is { } known) trained[name] = known;
        }
        var models = new List<ApplyModel>();
        foreach (var (section, name, json) in entries)
        {
            if (section == ApplyModel.Section && ApplyModelReader.Read(name, json, trained.GetValueOrDefault(name), problems) is { } model) models.Add(model);
        }
        return problems.Count == 0 ? ApplyConfiguration.Of(models, trained.Values) : ApplyConfiguration.Empty;
    }

    private static List<Entry> FromJson(string text, List<JsonDocument> documents, List<SettingProblem> problems)
    {
        var entries = new List<Entry>();
        if (Parse(text, NoJson, documents, problems) is not { } json) return entries;
        foreach (var section in json.EnumerateObject())
        {
            if (!SettingFlag.Sections.Contains(section.Name))
            {
                var meant = NearestName.Of(section.Name, SettingFlag.Sections);
                problems.Add(new("", NoEntry, "section", $"\"{section.Name}\"", string.Join(" or ", SettingFlag.Sections) + (meant is null ? "" : $" (was '{meant}' meant?)")));
            }
            else if (section.Value.ValueKind != JsonValueKind.Object) problems.Add(new(section.Name, NoEntry, "entry", section.Value.GetRawText(), "an object with one entry a model"));
            else entries.AddRange(section.Value.EnumerateObject().Select(entry => new Entry(section.Name, entry.Name, entry.Value)));
        }
        return entries;
    }

    private static List<Entry> FromLines(string text, List<JsonDocument> documents, List<SettingProblem> problems)
    {
        var entries = new List<Entry>();
        var number = 0;
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line.StartsWith('#')) continue;
            if (SettingFlag.Read(line, out _) is not { } flag)
            {
                problems.Add(new(ApplyModel.Section, NoEntry, $"line {number}", line.Length <= 100 ? line : line[..100] + "...", $"{SettingFlag.Prefix}{ApplyModel.Section}/<name>={{...}}, or one JSON object in the whole file"));
            }
            else if (Parse(flag.Json, e => ApplyModelReader.NoJson(flag.Section, flag.Name, e), documents, problems) is { } json) entries.Add(new Entry(flag.Section, flag.Name, json));
        }
        return entries;
    }

    private static JsonElement? Parse(string json, Func<JsonException, SettingProblem> problem, List<JsonDocument> documents, List<SettingProblem> problems)
    {
        try
        {
            documents.Add(SettingJson.Parse(json));
            return documents[^1].RootElement;
        }
        catch (JsonException e)
        {
            problems.Add(problem(e));
            return null;
        }
    }

    // An editor counts lines from 1; the message of the exception, from 0.
    private static SettingProblem NoJson(JsonException e) =>
        new("", NoEntry, "the text", $"no JSON at line {e.LineNumber + 1} ({e.Message.Split(" LineNumber:")[0].TrimEnd('.')})", "one JSON object");

    private sealed record Entry(string Section, string Name, JsonElement Json);
}
