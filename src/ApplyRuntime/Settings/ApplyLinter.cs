using System.Globalization;
using Delivery.Models;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>How bad a finding is.</summary>
public enum LintLevel
{
    /// <summary>It works, but is seldom meant.</summary>
    Warning,

    /// <summary>It loads, but cannot do what it is there for.</summary>
    Error,
}

/// <summary>Something in valid settings that somebody should look at.</summary>
/// <param name="Level">How bad.</param>
/// <param name="Model">The model.</param>
/// <param name="Key">The setting.</param>
/// <param name="Message">What is so, and what follows from it.</param>
public sealed record LintFinding(LintLevel Level, string Model, string Key, string Message)
{
    public override string ToString() => $"{ApplyModel.Section}[{Model}].{Key}: {Message}";
}

/// <summary>Looks for settings that are valid but seldom meant. What is not valid never gets this far.</summary>
public static class ApplyLinter
{
    private const double ManyRequests = 1e12; // more than any model will see

    /// <summary>All findings, by model and in the order of its settings.</summary>
    /// <param name="configuration">What to look at.</param>
    /// <param name="listed">The names of <c>model_list.txt</c>; null when they are not known.</param>
    public static IReadOnlyList<LintFinding> Check(ApplyConfiguration configuration, IReadOnlyCollection<ModelName>? listed = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var trained = configuration.Trained.ToDictionary(model => model.Name);
        List<LintFinding> findings = [.. configuration.Models.SelectMany(model => OfModel(model, trained.GetValueOrDefault(model.Name))), .. OfIntents(configuration)];
        if (listed is not null) findings.AddRange(OfList(configuration, listed));
        return [.. findings.OrderBy(finding => finding.Model, StringComparer.Ordinal)];
    }

    private static IEnumerable<LintFinding> OfModel(ApplyModel model, TrainedModel? trained)
    {
        if (model.ModelSource == ModelSource.Rtmr) yield return Warn(model, nameof(model.ModelSource), "rtmr takes the model straight from the training store, past the gate and the history. It is for experiments; a production process refuses it.");
        if (trained is not null && model.RandomizeParams is null && !model.UseLocalRandom)
        {
            yield return new(LintLevel.Error, model.Name.Value, nameof(model.RandomizeParams), "the model is trained, but there is neither RandomizeParams nor UseLocalRandom: no decision will be logged, so it will never learn.");
        }
        if (model.RandomizeParams is not { } randomize) yield break;
        if (model.UseLocalRandom) yield return Warn(model, nameof(model.UseLocalRandom), "the model learns from the randomisation of others and randomises itself as well.");
        if (model.ClassNumber is null) yield return Warn(model, nameof(model.ClassNumber), "it is not known before there is a model: until then nothing can be explored, so no first model can be born. Give ClassNumber, here or in TrainModels.");
        foreach (var finding in OfProbability(model, randomize)) yield return finding;
        if (randomize.FixedPosReqCount > randomize.FullRandomReqCount)
        {
            yield return Inner(model, nameof(randomize.FixedPosReqCount), $"{randomize.FixedPosReqCount} is above FullRandomReqCount, {randomize.FullRandomReqCount}: between the two, requests that are not randomised get FixedPos and not the model's class.");
        }
        if (randomize.UniformShare == 0 && randomize.RandomizeBundle != Exploring.PositionalRandom.BundleName)
        {
            yield return Inner(model, nameof(randomize.UniformShare), "it is 0: classes far from the pivot are never shown, so their value cannot be estimated.");
        }
    }

    private static IEnumerable<LintFinding> OfProbability(ApplyModel model, RandomizeParams randomize)
    {
        var floor = randomize.MinRandomProb;
        if (randomize is { RandomProbA: 0, MinRandomProb: 0 })
        {
            yield return Inner(model, nameof(randomize.RandomProbA), randomize.FullRandomReqCount == 0
                ? "it is 0, as are MinRandomProb and FullRandomReqCount: nothing is ever explored."
                : $"it is 0, as is MinRandomProb: after {randomize.FullRandomReqCount} requests nothing is explored any more.");
        }
        if (randomize.RandomProbA == 0) yield break;
        if (floor == 0) yield return Inner(model, nameof(randomize.MinRandomProb), "it is 0: exploration fades away, and a model that has settled is never corrected.");
        if (randomize.RandomProbB < 0) yield return Inner(model, nameof(randomize.RandomProbB), "it is negative: exploration grows with the requests, up to 1.");
        if (randomize.RandomProbFunc == RandomProbFunc.Log) yield return Inner(model, nameof(randomize.RandomProbFunc), "log has no value at 0 requests, where the probability is 1; log1p has.");
        var atStart = randomize.Formula(0);
        if (floor > 0 && randomize.RandomProbB >= 0 && floor >= atStart)
        {
            yield return Inner(model, nameof(randomize.MinRandomProb), $"{Text(floor)} is no less than the formula gives at 0 requests, {Text(atStart)}: the formula never counts.");
        }
        else if (floor > 0 && randomize.Formula(ManyRequests) > floor)
        {
            yield return Inner(model, nameof(randomize.MinRandomProb), $"{Text(floor)} is never reached: after 10^12 requests the formula still gives {Text(Math.Min(1, randomize.Formula(ManyRequests)))}.");
        }
    }

    private static IEnumerable<LintFinding> OfIntents(ApplyConfiguration configuration)
    {
        foreach (var intent in configuration.Models.Select(model => model.Intent).Distinct(StringComparer.Ordinal))
        {
            var entries = configuration.For(intent).Entries;
            foreach (var entry in entries.Skip(1))
            {
                var first = entries[0];
                yield return Warn(entry.Settings, nameof(ApplyModel.Intent), first.Settings.ApplyPriority == entry.Settings.ApplyPriority
                    ? $"'{first.Name}' is applied to {intent} with the same priority and goes first by its name."
                    : $"'{first.Name}' is applied to {intent} with a higher priority and goes first.");
            }
        }
    }

    private static IEnumerable<LintFinding> OfList(ApplyConfiguration configuration, IReadOnlyCollection<ModelName> listed)
    {
        foreach (var model in configuration.Models.Where(model => model.ModelSource == ModelSource.FastData && !listed.Contains(model.Name)))
        {
            yield return Warn(model, nameof(model.ModelSource), "the model is not in model_list.txt, so fast_data never gets it.");
        }
        foreach (var name in listed.Where(name => configuration.Find(name.Value) is null))
        {
            yield return new(LintLevel.Warning, name.Value, "name", "the model is in model_list.txt, but is applied nowhere.");
        }
    }

    private static LintFinding Warn(ApplyModel model, string key, string message) => new(LintLevel.Warning, model.Name.Value, key, message);

    private static LintFinding Inner(ApplyModel model, string key, string message) => Warn(model, $"{nameof(model.RandomizeParams)}.{key}", message);

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
