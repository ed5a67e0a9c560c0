using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Delivery.ApplyRuntime.Exploring;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>How one model is applied: one entry of <c>ApplyModels</c>. Immutable: derive variants with <c>with</c>.</summary>
public sealed record ApplyModel
{
    /// <summary>The group of settings that problems name.</summary>
    public const string Section = "ApplyModels";

    /// <summary>The priority with which ordinary formulas speak to the blender.</summary>
    public const int OrdinaryPriority = 0;

    private const int MinutesOfAYear = 525_600;

    /// <summary>The model's name, which is the key of the entry.</summary>
    public required ModelName Name { get; init; }

    /// <summary>The vertical whose position is decided, as <c>NEWS_WIZARD</c>; case matters.</summary>
    public required string Intent { get; init; }

    /// <summary>Where the model comes from. Default <see cref="ModelSource.Rtmr"/>, which a production process refuses.</summary>
    public ModelSource ModelSource { get; init; }

    /// <summary>Position while there is no model that can decide. Default none: the page is left as it is.</summary>
    public int? FallBackBlenderPos { get; init; }

    /// <summary>Locales of the requests it applies to, letter case aside; empty: all.</summary>
    public IReadOnlyList<string> Locales { get; init; } = [];

    /// <summary>Kinds of interface (desktop, touch ...) it applies to, letter case aside; empty: all.</summary>
    public IReadOnlyList<string> UserInterfaces { get; init; } = [];

    /// <summary>What the page must have. Default <see cref="ApplyCondition.HasDoc"/>.</summary>
    public ApplyCondition ApplyCondition { get; init; }

    /// <summary>Priority towards the blender, and among the models of one intent. Default 1, above ordinary formulas.</summary>
    public int ApplyPriority { get; init; } = OrdinaryPriority + 1;

    /// <summary>Exploration. Default none: the model's class is shown always.</summary>
    public RandomizeParams? RandomizeParams { get; init; }

    /// <summary>Log the randomisation of others, so that this model learns from it. Default no; taken from <c>TrainModels</c> when that stands beside.</summary>
    public bool UseLocalRandom { get; init; }

    /// <summary>
    /// Classes, "not shown" included, so that there can be exploration before there is a model. Taken from <c>TrainModels</c> when that
    /// stands beside; null: known from the model alone. A model with another number is not used.
    /// </summary>
    public int? ClassNumber { get; init; }

    /// <summary>For <c>linear_winloss_bin</c>: least probability of a gain for a position to be shown, above 0 and below 1. Default: the model's own, which is 0.5 if it does not say.</summary>
    public double? NotShownThreshold { get; init; }

    /// <summary>
    /// Of all settings but the name, defaults filled in, in the order in which they stand here: the first 8 bytes, little-endian, of the
    /// SHA-256 of one line a setting. It is that of this entry alone, so that a change of another model, of spelling, or of a comment leaves it.
    /// </summary>
    public ulong ConfigHash()
    {
        var text = new StringBuilder();
        Add(Intent, ModelSource.Word(), FallBackBlenderPos, string.Join(',', Locales), string.Join(',', UserInterfaces), ApplyCondition.Word(), ApplyPriority, UseLocalRandom, ClassNumber, NotShownThreshold);
        if (RandomizeParams is { } r)
        {
            Add(r.RandomizeBundle, r.FullRandomReqCount, r.RandomProbA, r.RandomProbB, r.RandomProbFunc?.Word(), r.MinRandomProb, r.FixedPosReqCount, r.FixedPos, r.RandomSaltMinutes, r.UniformShare, r.LocalRadius);
        }
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        void Add(params ReadOnlySpan<object?> settings)
        {
            foreach (var setting in settings) text.Append(CultureInfo.InvariantCulture, $"{setting}\n");
        }
    }

    /// <summary>Every mistake with the value found; none when usable.</summary>
    /// <param name="production">Whether to refuse what a production process refuses.</param>
    public IEnumerable<SettingProblem> Problems(bool production = false)
    {
        if (production && ModelSource == ModelSource.Rtmr) yield return Wrong(nameof(ModelSource), "\"rtmr\" (the default)", "fast_data in production, where no model is applied past the gate and the history");
        if (Intent.Length == 0) yield return Wrong(nameof(Intent), "\"\"", "the name of a vertical");
        if (ClassNumber is < ModelLimits.MinClasses or > ModelLimits.MaxClasses) yield return Wrong(nameof(ClassNumber), ClassNumber, $"a whole number from {ModelLimits.MinClasses} to {ModelLimits.MaxClasses}");
        if (NotShownThreshold is { } threshold && !(threshold is > 0 and < 1)) yield return Wrong(nameof(NotShownThreshold), threshold, "a number above 0 and below 1");
        if (PositionProblem(nameof(FallBackBlenderPos), FallBackBlenderPos) is { } fallback) yield return fallback;
        if (!Enum.IsDefined(ModelSource)) yield return Wrong(nameof(ModelSource), ModelSource, $"one of {string.Join(", ", SettingWords.Sources)}");
        if (!Enum.IsDefined(ApplyCondition)) yield return Wrong(nameof(ApplyCondition), ApplyCondition, $"one of {string.Join(", ", SettingWords.Conditions)}");
        if (RandomizeParams is null) yield break;
        foreach (var problem in RandomizeProblems(RandomizeParams)) yield return problem;
    }

    private IEnumerable<SettingProblem> RandomizeProblems(RandomizeParams randomize)
    {
        if (!Bundle.Names.Contains(randomize.RandomizeBundle)) yield return Inner(nameof(randomize.RandomizeBundle), $"\"{randomize.RandomizeBundle}\"", $"one of {string.Join(", ", Bundle.Names)}");
        if (randomize.FullRandomReqCount < 0) yield return Inner(nameof(randomize.FullRandomReqCount), randomize.FullRandomReqCount, "a whole number of at least 0");
        if (!(randomize.RandomProbA >= 0 && double.IsFinite(randomize.RandomProbA))) yield return Inner(nameof(randomize.RandomProbA), randomize.RandomProbA, "a number of at least 0");
        if (!double.IsFinite(randomize.RandomProbB)) yield return Inner(nameof(randomize.RandomProbB), randomize.RandomProbB, "a number");
        if (randomize is { RandomProbA: > 0, RandomProbFunc: null }) yield return Inner(nameof(randomize.RandomProbFunc), "", $"one of {string.Join(", ", SettingWords.Functions)}, as RandomProbA is above 0");
        if (randomize.RandomProbFunc is { } function && !Enum.IsDefined(function)) yield return Inner(nameof(randomize.RandomProbFunc), function, $"one of {string.Join(", ", SettingWords.Functions)}");
        if (!(randomize.MinRandomProb is >= 0 and <= 1)) yield return Inner(nameof(randomize.MinRandomProb), randomize.MinRandomProb, "a number from 0 to 1");
        if (randomize.FixedPosReqCount < 0) yield return Inner(nameof(randomize.FixedPosReqCount), randomize.FixedPosReqCount, "a whole number of at least 0");
        if (randomize is { FixedPosReqCount: > 0, FixedPos: null }) yield return Inner(nameof(randomize.FixedPos), "", "a position, as FixedPosReqCount is above 0");
        if (PositionProblem($"{nameof(RandomizeParams)}.{nameof(randomize.FixedPos)}", randomize.FixedPos) is { } fixedPos) yield return fixedPos;
        if (randomize.RandomSaltMinutes is < 1 or > MinutesOfAYear) yield return Inner(nameof(randomize.RandomSaltMinutes), randomize.RandomSaltMinutes, $"a whole number from 1 to {MinutesOfAYear}");
        if (!(randomize.UniformShare is >= 0 and <= 1)) yield return Inner(nameof(randomize.UniformShare), randomize.UniformShare, "a number from 0 to 1");
        if (randomize.LocalRadius < 1) yield return Inner(nameof(randomize.LocalRadius), randomize.LocalRadius, "a whole number of at least 1");

        SettingProblem Inner(string key, object value, string expected) => Wrong($"{nameof(RandomizeParams)}.{key}", value, expected);
    }

    /// <summary>The last class is no position: it means "not shown".</summary>
    private SettingProblem? PositionProblem(string key, int? position) =>
        position < 0 ? Wrong(key, position, "a position, from 0")
        : ClassNumber is { } classes and >= ModelLimits.MinClasses && position >= classes - 1
            ? Wrong(key, position, $"a position from 0 to {classes - 2}, as of {classes} classes the last means \"not shown\"")
        : null;

    private SettingProblem Wrong(string key, object? value, string expected) => new(Section, Name.ToString(), key, $"{value}", expected);
}
