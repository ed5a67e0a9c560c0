using System.Text.Json;
using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>
/// Collects the flags of a request and the settings of its sources into an <see cref="ApplyOverride"/>. Nothing in them is fatal: what
/// cannot be used is left out and told in <see cref="ApplyOverride.Problems"/>. One thread.
/// </summary>
/// <param name="configuration">The configuration in use, to find mistakes by. The override stays right when it changes.</param>
/// <param name="production">Whether to refuse what a production process refuses.</param>
public sealed class ApplyOverrideBuilder(ApplyConfiguration configuration, bool production = false)
{
    internal const string ApplyKey = "FastModelsToApply";
    internal const string TrainKey = "FastModelsToTrain";

    private readonly Dictionary<string, ApplyModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (List<string>? Apply, List<string>? Train)> _sources = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private bool _debug;

    /// <summary>
    /// Takes a flag, <c>scheme_Local/BlenderOnlineLearning/ApplyModels/name={...}</c>: the whole entry of a model, in place of the one of
    /// the configuration. Of <c>TrainModels</c> nothing is taken, as applying does not train. <c>scheme_Local/BlenderOnlineLearning_dbg=1</c>
    /// asks for the readable form of what is logged. Flags of other systems are ignored.
    /// </summary>
    public ApplyOverrideBuilder Flag(string flag)
    {
        ArgumentNullException.ThrowIfNull(flag);
        if (SettingFlag.ReadDebug(flag, out var debug, out var mistake))
        {
            if (debug is { } given) _debug = given;
            else _problems.Add(mistake);
            return this;
        }
        if (!flag.AsSpan().TrimStart().StartsWith(SettingFlag.Prefix, StringComparison.Ordinal)) return this;
        if (SettingFlag.Read(flag, out var problem) is not { } read) _problems.Add(problem);
        else if (read.Section == ApplyModel.Section) Take(read);
        return this;
    }

    /// <summary>Takes several flags.</summary>
    public ApplyOverrideBuilder Flags(IEnumerable<string> flags)
    {
        foreach (var flag in flags) Flag(flag);
        return this;
    }

    /// <summary>Lets a model decide on a source's position; as soon as one is named, only those that are named do.</summary>
    /// <param name="source">The vertical, which is the intent of its models.</param>
    /// <param name="model">A model that <c>ApplyModels</c> applies to it.</param>
    public ApplyOverrideBuilder SetFastModelToApply(string source, string model)
    {
        var (apply, train) = _sources.GetValueOrDefault(source);
        _sources[source] = ([.. apply ?? [], model], train);
        return this;
    }

    /// <summary>Lets a model learn from what is randomised at a source; as soon as one is named, only those that are named do.</summary>
    /// <param name="source">The vertical.</param>
    /// <param name="model">A model; it need not be applied.</param>
    public ApplyOverrideBuilder SetFastModelToTrain(string source, string model)
    {
        var (apply, train) = _sources.GetValueOrDefault(source);
        _sources[source] = (apply, [.. train ?? [], model]);
        return this;
    }

    /// <summary>
    /// Takes <c>FastModelsToApply</c> and <c>FastModelsToTrain</c> from the settings of a vertical: a name or a list of names each. Its other
    /// settings are the blender's and are not looked at. An empty list names nobody: nothing is applied, or nothing learns.
    /// </summary>
    public ApplyOverrideBuilder Source(string source, string verticalSettings)
    {
        var problems = new List<SettingProblem>();
        try
        {
            using var document = SettingJson.Parse(verticalSettings);
            if (document.RootElement.ValueKind != JsonValueKind.Object) problems.Add(new("Sources", source, "entry", document.RootElement.GetRawText(), "a JSON object"));
            else
            {
                var fields = new SettingFields("Sources", source, document.RootElement, problems);
                var (apply, train) = _sources.GetValueOrDefault(source);
                _sources[source] = (fields.Texts(ApplyKey)?.ToList() ?? apply, fields.Texts(TrainKey)?.ToList() ?? train);
            }
        }
        catch (JsonException e)
        {
            problems.Add(ApplyModelReader.NoJson("Sources", source, e));
        }
        _problems.AddRange(problems.Select(p => $"{p}"));
        return this;
    }

    /// <summary>The override; the builder may go on.</summary>
    public ApplyOverride Build()
    {
        foreach (var (source, (apply, train)) in _sources.Where(pair => pair.Value is (null, null)).ToList()) _sources.Remove(source);
        return new ApplyOverride(
            [.. _models.Values.Select(model => new ApplyEntry(model))],
            _sources.ToDictionary(pair => pair.Key, pair => new SourceModels(pair.Value.Apply?.ToArray(), pair.Value.Train?.ToArray()), StringComparer.Ordinal),
            [.. _problems],
            configuration,
            _debug);
    }

    /// <summary>The number of classes is not a matter of an experiment: where a flag does not say it, the configuration does.</summary>
    private TrainedModel? Known(string name) => configuration.Trained.FirstOrDefault(model => model.Name.Value == name)
        ?? (configuration.Find(name)?.Settings is { } settings ? new TrainedModel(settings.Name, settings.ClassNumber, settings.UseLocalRandom) : null);

    private void Take(SettingFlag flag)
    {
        var problems = new List<SettingProblem>();
        try
        {
            using var document = SettingJson.Parse(flag.Json);
            if (ApplyModelReader.Read(flag.Name, document.RootElement, Known(flag.Name), problems) is { } model)
            {
                problems.AddRange(model.Problems(production));
                if (problems.Count == 0) _models[flag.Name] = model;
            }
        }
        catch (JsonException e)
        {
            problems.Add(ApplyModelReader.NoJson(flag.Section, flag.Name, e));
        }
        _problems.AddRange(problems.Select(p => $"{p}"));
    }
}
