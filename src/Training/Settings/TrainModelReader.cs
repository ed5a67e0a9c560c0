using System.Text.Json;
using Delivery.Models;
using Delivery.Models.Settings;

namespace Delivery.Training.Settings;

/// <summary>Reads entries of <c>TrainModels</c>: JSON objects with the keys of <see cref="TrainModel"/>, exactly so spelled.</summary>
/// <remarks>
/// Beyond these: <c>FeatureSources</c> is a list of names and <c>FeatureCount</c> their total; <c>FeatureSizes</c> ({"source": count})
/// gives the sizes where the total does not tell them. Other names of <c>EvaluateWindowSize</c> are <c>EvaluationWindowSize</c> and
/// <c>estimate_window_size</c>. A flag is true, false, 1 or 0.
/// </remarks>
public static class TrainModelReader
{
    /// <summary>The group of settings that problems name.</summary>
    internal const string Section = "TrainModels";

    /// <summary>Reads the entries of several models, <c>{"name": {...}, ...}</c>.</summary>
    /// <exception cref="InvalidTrainModelException">All mistakes of all entries; names that differ only in case are one.</exception>
    public static IReadOnlyList<TrainModel> ReadAll(JsonElement json)
    {
        var problems = new List<SettingProblem>();
        if (json.ValueKind != JsonValueKind.Object) throw new InvalidTrainModelException([new(Section, "", "entry", json.GetRawText(), "an object with one entry a model")]);
        var models = new List<TrainModel>();
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in json.EnumerateObject())
        {
            if (!names.TryAdd(entry.Name, entry.Name)) problems.Add(new(Section, entry.Name, "name", $"\"{entry.Name}\"", $"a name other than '{names[entry.Name]}', letter case aside"));
            if (Read(entry.Name, entry.Value, problems) is { } model) models.Add(model);
        }
        return problems.Count == 0 ? models : throw new InvalidTrainModelException(problems);
    }

    /// <summary>Reads the entry of one model.</summary>
    /// <exception cref="InvalidTrainModelException">All its mistakes.</exception>
    public static TrainModel Read(string name, string json)
    {
        var problems = new List<SettingProblem>();
        try
        {
            using var document = SettingJson.Parse(json);
            return Read(name, document.RootElement, problems) ?? throw new InvalidTrainModelException(problems);
        }
        catch (JsonException e)
        {
            throw new InvalidTrainModelException([new(Section, name, "entry", $"no JSON ({e.Message})", "a JSON object")]);
        }
    }

    /// <summary>Reads the entry of one model, adding every mistake to <paramref name="problems"/>; null when there is one.</summary>
    public static TrainModel? Read(string name, JsonElement json, List<SettingProblem> problems)
    {
        var before = problems.Count;
        if (!ModelName.TryParse(name, out var modelName, out var problem)) problems.Add(new(Section, name, "name", $"\"{name}\"", $"a model name. {problem.TrimEnd('.')}"));
        if (json.ValueKind != JsonValueKind.Object)
        {
            problems.Add(new(Section, name, "entry", json.GetRawText(), "a JSON object"));
            return null;
        }
        var fields = new SettingFields(Section, name, json, problems);
        var model = ReadFields(modelName, fields, problems);
        fields.ReportUnknown();
        var reported = problems.Skip(before).Select(p => p.Key).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(model.Problems().Where(p => !reported.Contains(p.Key)).Select(p => p with { Model = name }));
        return problems.Count == before ? model : null;
    }

    // A setting that cannot be read gets a value that passes, so that the ranges of the others are checked as well.
    private static TrainModel ReadFields(ModelName name, SettingFields fields, List<SettingProblem> problems)
    {
        var model = new TrainModel
        {
            Name = name,
            Intent = fields.Text(nameof(TrainModel.Intent), required: true) ?? "?",
            ClassNumber = Whole(nameof(TrainModel.ClassNumber), required: true) ?? 2,
            BatchSize = Whole(nameof(TrainModel.BatchSize), required: true) ?? 1,
            LearningRate = fields.Number(nameof(TrainModel.LearningRate), required: true) ?? 0.1,
            EvaluateWindowSize = fields.Whole(nameof(TrainModel.EvaluateWindowSize), fields.Take(nameof(TrainModel.EvaluateWindowSize), "EvaluationWindowSize", "estimate_window_size"), required: true) ?? 1,
            AllowNoConstant = fields.Flag(nameof(TrainModel.AllowNoConstant)) ?? false,
            Sources = [],
        };
        model = model with
        {
            Sources = FeatureSourceReader.Read(fields, problems),
            Locales = fields.Texts(nameof(TrainModel.Locales)) ?? model.Locales,
            UserInterfaces = fields.Texts(nameof(TrainModel.UserInterfaces)) ?? model.UserInterfaces,
            ModelType = ModelTypes.Canonical(fields.Text(nameof(TrainModel.ModelType)) ?? model.ModelType),
            ClickBoost = fields.FlagOrNumber(nameof(TrainModel.ClickBoost)) ?? model.ClickBoost,
            SurplusVersion = Whole(nameof(TrainModel.SurplusVersion)) ?? model.SurplusVersion,
            UseLocalRandom = fields.Flag(nameof(TrainModel.UseLocalRandom)) ?? model.UseLocalRandom,
            RegValue = fields.Number(nameof(TrainModel.RegValue)) ?? model.RegValue,
            ModelVersion = Whole(nameof(TrainModel.ModelVersion)) ?? model.ModelVersion,
            HoldoutShare = fields.Number(nameof(TrainModel.HoldoutShare)) ?? model.HoldoutShare,
            WeightClip = fields.Number(nameof(TrainModel.WeightClip)) ?? model.WeightClip,
            BaselineDecay = fields.Number(nameof(TrainModel.BaselineDecay)) ?? model.BaselineDecay,
        };
        if (Whole(nameof(TrainModel.RememberedRequests)) is { } remembered)
        {
            if (remembered < 1) fields.Wrong(nameof(TrainModel.RememberedRequests), $"{remembered}", "a whole number of at least 1");
            else model = model with { RememberedRequests = remembered };
        }
        if (fields.Text(nameof(TrainModel.Objective)) is { } objective)
        {
            if (TrainingObjectives.Find(objective) is { } known) model = model with { Objective = known };
            else fields.Wrong(nameof(TrainModel.Objective), $"\"{objective}\"", $"one of {string.Join(", ", TrainingObjectives.Names)}");
        }
        return model;

        int? Whole(string key, bool required = false) => fields.Whole(key, fields.Take(key), required);
    }
}
