using Delivery.Models;
using Delivery.Updater;
using Delivery.Updater.Publishing;

namespace Delivery.Cli.Configuration;

/// <summary>
/// Settings of single models, which stand in a section named like the model: <c>update.publish.models.NAME.errorBound</c>. Only the file has them: a
/// variable of the environment cannot tell the case of a name.
/// </summary>
internal static class ModelSetting
{
    /// <summary>The section that holds a section for each model.</summary>
    public const string Section = "update.publish.models";

    private const string Bound = "errorBound";
    private const string Rounding = "rounding";

    /// <summary>Whether the key is the section of one model.</summary>
    public static bool IsSection(string key) => Split(key) is (not null, null);

    /// <summary>The setting of that key; null when there is none.</summary>
    public static Setting? Find(string key) => Split(key) switch
    {
        ({ } model, Bound) => Of(key, model, nameof(PublishOverride.ErrorBound), SettingType.Number, (own, v) => own with { ErrorBound = (double)v }),
        ({ } model, Rounding) => Of(key, model, nameof(PublishOverride.Rounding), SettingType.Rounding, (own, v) => own with { Rounding = (WeightRounding)v }),
        _ => null,
    };

    /// <summary>Keys that the section of this key's model can have; none where it names no model.</summary>
    public static IEnumerable<string> KeysBeside(string key) => Split(key) is ({ } model, _) ? [$"{Section}.{model}.{Bound}", $"{Section}.{model}.{Rounding}"] : [];

    /// <summary>What is wrong with a key of the section that names no model; null when that is not it.</summary>
    public static string? NameProblem(string key)
    {
        if (!key.StartsWith(Section + ".", StringComparison.Ordinal)) return null;
        return ModelName.TryParse(key[(Section.Length + 1)..].Split('.')[0], out _, out var problem) ? null : problem;
    }

    private static Setting Of(string key, ModelName model, string member, SettingType type, Func<PublishOverride, object, PublishOverride> apply) => new(
        key, $"{nameof(UpdaterOptions.Publish)}.{nameof(PublishOptions.Models)}[{model}].{member}", type,
        (s, v) =>
        {
            var publish = s.Updater.Publish;
            var models = new Dictionary<ModelName, PublishOverride>(publish.Models) { [model] = apply(publish.Models.GetValueOrDefault(model) ?? new PublishOverride(), v) };
            return s with { Updater = s.Updater with { Publish = publish with { Models = models } } };
        });

    private static (ModelName? Model, string? Name) Split(string key)
    {
        if (!key.StartsWith(Section + ".", StringComparison.Ordinal)) return default;
        var rest = key[(Section.Length + 1)..].Split('.', 2); // names have no dots
        return ModelName.TryParse(rest[0], out var model, out _) ? (model, rest.ElementAtOrDefault(1)) : (null, null);
    }
}
