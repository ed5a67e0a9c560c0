using System.Text.Json;
using Delivery.Models;
using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>Reads entries of <c>ApplyModels</c>: JSON objects with the keys of <see cref="ApplyModel"/>, exactly so spelled.</summary>
/// <remarks>A flag is true, false, 1 or 0; a list of texts may be a single text; a number may end in its point.</remarks>
public static class ApplyModelReader
{
    /// <summary>Reads the entry of one model.</summary>
    /// <exception cref="InvalidApplyModelsException">All its mistakes.</exception>
    public static ApplyModel Read(string name, string json)
    {
        var problems = new List<SettingProblem>();
        try
        {
            using var document = SettingJson.Parse(json);
            return Read(name, document.RootElement, null, problems) ?? throw new InvalidApplyModelsException(problems);
        }
        catch (JsonException e)
        {
            throw new InvalidApplyModelsException([NoJson(ApplyModel.Section, name, e)]);
        }
    }

    /// <summary>Reads the entry of one model, adding every mistake to <paramref name="problems"/>; null when there is one.</summary>
    /// <param name="name">The key of the entry.</param>
    /// <param name="json">The entry.</param>
    /// <param name="trained">What <c>TrainModels</c> says of the same model; null when it says nothing.</param>
    /// <param name="problems">Receives the mistakes.</param>
    public static ApplyModel? Read(string name, JsonElement json, TrainedModel? trained, List<SettingProblem> problems)
    {
        var before = problems.Count;
        if (Open(ApplyModel.Section, name, json, problems, out var modelName) is not { } fields) return null;
        var model = ReadFields(modelName, fields, trained);
        fields.ReportUnknown();
        var reported = problems.Skip(before).Select(p => p.Key).ToHashSet(StringComparer.Ordinal);
        problems.AddRange(model.Problems().Where(p => !reported.Contains(p.Key)).Select(p => p with { Model = name }));
        return problems.Count == before ? model : null;
    }

    /// <summary>Reads what applying needs of an entry of <c>TrainModels</c>; its other keys are for the trainer to judge. Null when there is a mistake.</summary>
    internal static TrainedModel? ReadTrained(string name, JsonElement json, List<SettingProblem> problems)
    {
        var before = problems.Count;
        if (Open("TrainModels", name, json, problems, out var modelName) is not { } fields) return null;
        var classes = fields.Whole("ClassNumber", fields.Take("ClassNumber"));
        var foreign = fields.Flag("UseLocalRandom") ?? false;
        return problems.Count == before ? new TrainedModel(modelName, classes, foreign) : null;
    }

    internal static SettingProblem NoJson(string section, string name, JsonException e) => new(section, name, "entry", $"no JSON ({e.Message.TrimEnd('.')})", "a JSON object");

    private static SettingFields? Open(string section, string name, JsonElement json, List<SettingProblem> problems, out ModelName modelName)
    {
        if (!ModelName.TryParse(name, out modelName, out var problem)) problems.Add(new(section, name, "name", $"\"{name}\"", $"a model name. {problem.TrimEnd('.')}"));
        if (json.ValueKind == JsonValueKind.Object) return new SettingFields(section, name, json, problems);
        problems.Add(new(section, name, "entry", json.GetRawText(), "a JSON object"));
        return null;
    }

    // A setting that cannot be read gets a value that passes, so that the ranges of the others are checked as well.
    private static ApplyModel ReadFields(ModelName name, SettingFields fields, TrainedModel? trained)
    {
        var model = new ApplyModel { Name = name, Intent = fields.Text(nameof(ApplyModel.Intent), required: true) ?? "?" };
        var classes = Whole(fields, nameof(ApplyModel.ClassNumber));
        if (classes is not null && trained?.ClassNumber is { } learned && classes != learned) fields.Wrong(nameof(ApplyModel.ClassNumber), $"{classes}", $"{learned}, as it is trained, or nothing");
        return model with
        {
            ModelSource = (ModelSource)Word(fields, nameof(ApplyModel.ModelSource), SettingWords.Sources, (int)model.ModelSource),
            FallBackBlenderPos = Whole(fields, nameof(ApplyModel.FallBackBlenderPos)),
            Locales = fields.Texts(nameof(ApplyModel.Locales)) ?? model.Locales,
            UserInterfaces = fields.Texts(nameof(ApplyModel.UserInterfaces)) ?? model.UserInterfaces,
            ApplyCondition = (ApplyCondition)Word(fields, nameof(ApplyModel.ApplyCondition), SettingWords.Conditions, (int)model.ApplyCondition),
            ApplyPriority = Whole(fields, nameof(ApplyModel.ApplyPriority)) ?? model.ApplyPriority,
            RandomizeParams = fields.Object(nameof(ApplyModel.RandomizeParams)) is { } inner ? ReadRandomize(inner) : null,
            UseLocalRandom = fields.Flag(nameof(ApplyModel.UseLocalRandom)) ?? trained?.UseLocalRandom ?? false,
            ClassNumber = classes ?? trained?.ClassNumber,
            NotShownThreshold = fields.Number(nameof(ApplyModel.NotShownThreshold)),
        };
    }

    private static RandomizeParams ReadRandomize(SettingFields fields)
    {
        var randomize = new RandomizeParams { RandomizeBundle = fields.Text(nameof(RandomizeParams.RandomizeBundle), required: true) ?? Exploring.Bundle.Names[0] };
        var function = Word(fields, nameof(RandomizeParams.RandomProbFunc), SettingWords.Functions, -1);
        randomize = randomize with
        {
            FullRandomReqCount = Whole(fields, nameof(RandomizeParams.FullRandomReqCount)) ?? randomize.FullRandomReqCount,
            RandomProbA = fields.Number(nameof(RandomizeParams.RandomProbA)) ?? randomize.RandomProbA,
            RandomProbB = fields.Number(nameof(RandomizeParams.RandomProbB)) ?? randomize.RandomProbB,
            RandomProbFunc = function < 0 ? null : (RandomProbFunc)function,
            MinRandomProb = fields.Number(nameof(RandomizeParams.MinRandomProb)) ?? randomize.MinRandomProb,
            FixedPosReqCount = Whole(fields, nameof(RandomizeParams.FixedPosReqCount)) ?? randomize.FixedPosReqCount,
            FixedPos = Whole(fields, nameof(RandomizeParams.FixedPos)),
            RandomSaltMinutes = Whole(fields, nameof(RandomizeParams.RandomSaltMinutes)) ?? randomize.RandomSaltMinutes,
            UniformShare = fields.Number(nameof(RandomizeParams.UniformShare)) ?? randomize.UniformShare,
            LocalRadius = Whole(fields, nameof(RandomizeParams.LocalRadius)) ?? randomize.LocalRadius,
        };
        fields.ReportUnknown();
        return randomize;
    }

    private static int? Whole(SettingFields fields, string key) => fields.Whole(key, fields.Take(key));

    /// <summary>The index of a word; <paramref name="otherwise"/> when it is missing or was reported.</summary>
    private static int Word(SettingFields fields, string key, IReadOnlyList<string> words, int otherwise)
    {
        if (fields.Text(key) is not { } given) return otherwise;
        var index = words.ToList().IndexOf(given);
        if (index >= 0) return index;
        fields.Wrong(key, $"\"{given}\"", $"one of {string.Join(", ", words)}");
        return otherwise;
    }
}
