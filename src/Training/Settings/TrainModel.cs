using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Settings;

namespace Delivery.Training.Settings;

/// <summary>How one model is trained: one entry of <c>TrainModels</c>. Immutable: derive variants with <c>with</c>.</summary>
public sealed record TrainModel
{
    /// <summary>The model's name, which is the key of the entry.</summary>
    public required ModelName Name { get; init; }

    /// <summary>The vertical whose position is learned, as <c>NEWS_WIZARD</c>. A change starts anew.</summary>
    public required string Intent { get; init; }

    /// <summary>Sources in the order in which their values make the feature vector. A change starts anew.</summary>
    public required IReadOnlyList<FeatureSize> Sources { get; init; }

    /// <summary>Classes: positions, and as the last one "not shown". At least 2. A change starts anew.</summary>
    public required int ClassNumber { get; init; }

    /// <summary>Items per step. At least 1.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Constant step size. Above 0; 0.01 to 0.1 is usual for <c>linear_softmax</c>.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Decisions in the sliding window of the metrics: 1 to 1,000,000. A smaller one keeps the newest entries, a larger one all.</summary>
    public required int EvaluateWindowSize { get; init; }

    /// <summary>Relevance locales whose requests become items; empty: all. Applied where sessions become items.</summary>
    public IReadOnlyList<string> Locales { get; init; } = [];

    /// <summary>Kinds of interface (desktop, touch ...) whose requests become items; empty: all. Applied where sessions become items.</summary>
    public IReadOnlyList<string> UserInterfaces { get; init; } = [];

    /// <summary>Kind of model. Default <c>linear_softmax</c>. A change starts anew.</summary>
    public string ModelType { get; init; } = ModelTypes.Trained;

    /// <summary>Added to the reward of a clicked item, where sessions become items. Default 0; <c>true</c> in JSON is 1.</summary>
    public double ClickBoost { get; init; }

    /// <summary>Definition of the reward that items must carry. Default 1. A change starts anew.</summary>
    public int SurplusVersion { get; init; } = 1;

    /// <summary>Learn from traffic that somebody else randomised. Default no. Applied where requests are logged.</summary>
    public bool UseLocalRandom { get; init; }

    /// <summary>L2 coefficient of every weight, the constant's included. Default 0.</summary>
    public double RegValue { get; init; }

    /// <summary>Any change, up or down, drops what was learned. Default 0.</summary>
    public int ModelVersion { get; init; }

    /// <summary>Default <see cref="TrainingObjective.PolicyGradient"/>.</summary>
    public TrainingObjective Objective { get; init; }

    /// <summary>Share of requests, by hash of their id, that is kept for the gate and never trained on: 0 to 0.9. Default 0.1.</summary>
    public double HoldoutShare { get; init; } = 0.1;

    /// <summary>Largest 1 / propensity let through; at least 1. Default: none, so that the least propensity logged sets it.</summary>
    public double? WeightClip { get; init; }

    /// <summary>
    /// Memory of the baseline of <see cref="TrainingObjective.PolicyGradient"/>: the mean of the rewards so far, which turns into a
    /// moving one once 1 / (1 − decay) items have gone in. 0 to 1: 0 is no baseline, 1 the mean of all. Default 0.999.
    /// </summary>
    public double BaselineDecay { get; init; } = 0.999;

    /// <summary>Request ids remembered to drop duplicates; at least twice the window. Default: the larger of that and 65,536.</summary>
    public int RememberedRequests { get => field > 0 ? field : Math.Max(65_536, 2 * EvaluateWindowSize); init; }

    /// <summary>Allow sources without <c>constant</c>, which leaves the model without a bias. Default no.</summary>
    public bool AllowNoConstant { get; init; }

    /// <summary>Length of a feature vector: the sum of the sources' counts.</summary>
    public int FeatureCount => (int)Math.Min(int.MaxValue, Sources.Sum(source => (long)source.Count));

    /// <summary>
    /// Of the settings whose change starts anew, in the order ClassNumber, ModelVersion, ModelType, SurplusVersion, sources with
    /// their counts, Intent: the first 8 bytes, little-endian, of the SHA-256 of these lines.
    /// </summary>
    public ulong ConfigHash()
    {
        var text = $"{ClassNumber}\n{ModelVersion}\n{ModelType}\n{SurplusVersion}\n{string.Join(',', Sources.Select(s => $"{s.Name}:{s.Count}"))}\n{Intent}";
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<SettingProblem> Problems()
    {
        if (Intent.Length == 0) yield return Wrong(nameof(Intent), "\"\"", "the name of a vertical");
        if (ClassNumber is < ModelLimits.MinClasses or > ModelLimits.MaxClasses) yield return Wrong(nameof(ClassNumber), ClassNumber, $"a whole number from {ModelLimits.MinClasses} to {ModelLimits.MaxClasses}");
        if (BatchSize < 1) yield return Wrong(nameof(BatchSize), BatchSize, "a whole number of at least 1");
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) yield return Wrong(nameof(LearningRate), LearningRate, "a number above 0");
        if (EvaluateWindowSize is < 1 or > 1_000_000) yield return Wrong(nameof(EvaluateWindowSize), EvaluateWindowSize, "a whole number from 1 to 1000000");
        if (!(ClickBoost >= 0 && double.IsFinite(ClickBoost))) yield return Wrong(nameof(ClickBoost), ClickBoost, "0, 1, true, false or a number above 0");
        if (SurplusVersion < 1) yield return Wrong(nameof(SurplusVersion), SurplusVersion, "a whole number of at least 1");
        if (!(RegValue >= 0 && double.IsFinite(RegValue))) yield return Wrong(nameof(RegValue), RegValue, "a number of at least 0");
        if (ModelVersion < 0) yield return Wrong(nameof(ModelVersion), ModelVersion, "a whole number of at least 0");
        if (!(HoldoutShare is >= 0 and <= 0.9)) yield return Wrong(nameof(HoldoutShare), HoldoutShare, "a number from 0 to 0.9");
        if (WeightClip is { } clip && !(clip >= 1)) yield return Wrong(nameof(WeightClip), clip, "a number of at least 1");
        if (!(BaselineDecay is >= 0 and <= 1)) yield return Wrong(nameof(BaselineDecay), BaselineDecay, "a number from 0 to 1");
        if (RememberedRequests < 2L * EvaluateWindowSize) yield return Wrong(nameof(RememberedRequests), RememberedRequests, $"at least twice EvaluateWindowSize, {2L * EvaluateWindowSize}");
        foreach (var problem in TypeProblems().Concat(SourceProblems())) yield return problem;
        if (StateSize.Problem(this) is { } tooLarge) yield return tooLarge;
    }

    /// <summary>What is allowed but seldom meant.</summary>
    public IEnumerable<string> Warnings()
    {
        if (LearningRate is < 0.01 or > 0.1) yield return $"TrainModels[{Name}].LearningRate is {LearningRate}; for {ModelType} 0.01 to 0.1 is usual.";
        if (LearningRate * RegValue >= 1) yield return $"TrainModels[{Name}].LearningRate times RegValue is {LearningRate * RegValue}; from 1 on a step turns the weights around.";
        if (AllowNoConstant && Sources.All(source => source.Name != FeatureSize.Constant)) yield return $"TrainModels[{Name}].FeatureSources has no '{FeatureSize.Constant}': the model has no bias.";
    }

    private IEnumerable<SettingProblem> TypeProblems()
    {
        if (ModelType == ModelTypes.Trained) yield break;
        yield return ModelTypes.Known.Contains(ModelType)
            ? Wrong(nameof(ModelType), $"\"{ModelType}\"", $"{ModelTypes.Trained}: the kind named is known, but not trained by this version")
            : Wrong(nameof(ModelType), $"\"{ModelType}\"", $"one of {string.Join(", ", ModelTypes.Known)}");
    }

    private IEnumerable<SettingProblem> SourceProblems()
    {
        const string key = "FeatureSources";
        if (Sources.Count is < 1 or > ModelLimits.MaxSources) yield return Wrong(key, $"a list of {Sources.Count}", $"1 to {ModelLimits.MaxSources} names");
        foreach (var source in Sources)
        {
            if (source.Name.Length is < 1 or > ModelLimits.MaxNameLength || !source.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                yield return Wrong(key, $"\"{source.Name}\"", $"1 to {ModelLimits.MaxNameLength} characters of A-Z a-z 0-9 _");
            if (source.Count < 1) yield return Wrong("FeatureSizes", $"{source.Name}: {source.Count}", "a whole number of at least 1");
            if (source.Name == FeatureSize.Constant && source.Count > 1) yield return Wrong("FeatureSizes", $"{source.Name}: {source.Count}", "1, as it is one value");
        }
        foreach (var twice in Sources.GroupBy(source => source.Name, StringComparer.Ordinal).Where(group => group.Count() > 1)) yield return Wrong(key, $"\"{twice.Key}\" {twice.Count()} times", "each source once");
        if (Sources.Sum(source => (long)source.Count) > ModelLimits.MaxFeatures) yield return Wrong(nameof(FeatureCount), Sources.Sum(source => (long)source.Count), $"at most {ModelLimits.MaxFeatures}");
        if (!AllowNoConstant && Sources.Count > 0 && Sources.All(source => source.Name != FeatureSize.Constant))
            yield return Wrong(key, $"[{string.Join(", ", Sources.Select(s => $"\"{s.Name}\""))}]", $"'{FeatureSize.Constant}' among them, as the model has no bias of its own (or AllowNoConstant)");
    }

    private SettingProblem Wrong(string key, object value, string expected) => new(TrainModelReader.Section, Name.ToString(), key, $"{value}", expected);
}
