using Delivery.Evaluation;
using Delivery.FastData.Git.Maintaining;
using Delivery.Updater;
using Delivery.Updater.Publishing;
using Delivery.Updater.Pulling;
using Delivery.Updater.Validation;

namespace Delivery.Cli.Configuration;

/// <summary>One setting: its key, how it is written and what it sets.</summary>
internal sealed record Setting(string Key, string Member, SettingType Type, Func<DeliverySettings, object, DeliverySettings> Apply)
{
    private const string PullSection = "update.pull.";
    private const string ValidationSection = "update.validation.";
    private const string HarmSection = "update.validation.harm.";
    private const string PublishSection = "update.publish.";
    private const string MirrorSection = "mirror.";

    /// <summary>Every setting, in the order of the documentation.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("fastData", nameof(DeliverySettings.FastData), SettingType.Path, (s, v) => s with { FastData = (string)v }),
        new("modelList", nameof(UpdaterOptions.ModelListPath), SettingType.Path, (s, v) => s with { Updater = s.Updater with { ModelListPath = (string)v } }),
        new("store", nameof(UpdaterOptions.StoreName), SettingType.Path, (s, v) => s with { Store = (string)v }),
        new("cycleRecords", nameof(UpdaterOptions.RecordsFolder), SettingType.Path, (s, v) => s with { Updater = s.Updater with { RecordsFolder = (string)v } }),
        new("keepGenerations", nameof(DeliverySettings.KeepGenerations), SettingType.Duration, (s, v) => s with { KeepGenerations = (TimeSpan)v }),
        new("signing.key", nameof(DeliverySettings.SigningKey), SettingType.PathOrNull, (s, v) => s with { SigningKey = v as string }),
        new("signing.allowedSigners", nameof(DeliverySettings.AllowedSigners), SettingType.PathOrNull, (s, v) => s with { AllowedSigners = v as string }),
        new("acknowledgements", nameof(DeliverySettings.Acknowledgements), SettingType.PathOrNull, (s, v) => s with { Acknowledgements = v as string }),
        new("history.keepWeights", nameof(MaintenanceOptions.KeepWeights), SettingType.Duration, (s, v) => s with { Maintenance = s.Maintenance with { KeepWeights = (TimeSpan)v } }),
        new("history.cold", nameof(MaintenanceOptions.Cold), SettingType.Path, (s, v) => s with { Maintenance = s.Maintenance with { Cold = (string)v } }),
        new("maintain.period", nameof(DeliverySettings.MaintainPeriod), SettingType.Duration, (s, v) => s with { MaintainPeriod = (TimeSpan)v }),
        new("update.period", nameof(UpdaterOptions.Period), SettingType.Duration, (s, v) => s with { Updater = s.Updater with { Period = (TimeSpan)v } }),
        new("update.lockTimeout", nameof(DeliverySettings.LockTimeout), SettingType.Duration, (s, v) => s with { LockTimeout = (TimeSpan)v }),
        new("update.maxTotalBytes", nameof(UpdaterOptions.MaxTotalBytes), SettingType.Bytes, (s, v) => s with { Updater = s.Updater with { MaxTotalBytes = (long)v } }),

        Pull("concurrency", nameof(PullOptions.Concurrency), SettingType.Integer, (p, v) => p with { Concurrency = (int)v }),
        Pull("attemptTimeout", nameof(PullOptions.AttemptTimeout), SettingType.Duration, (p, v) => p with { AttemptTimeout = (TimeSpan)v }),
        Pull("retries", nameof(PullOptions.Retries), SettingType.Integer, (p, v) => p with { Retries = (int)v }),
        Pull("retryDelay", nameof(PullOptions.RetryDelay), SettingType.Duration, (p, v) => p with { RetryDelay = (TimeSpan)v }),
        Pull("maxRetryDelay", nameof(PullOptions.MaxRetryDelay), SettingType.Duration, (p, v) => p with { MaxRetryDelay = (TimeSpan)v }),
        Pull("circuitFailureRatio", nameof(PullOptions.CircuitFailureRatio), SettingType.Number, (p, v) => p with { CircuitFailureRatio = (double)v }),
        Pull("circuitMinimumAttempts", nameof(PullOptions.CircuitMinimumAttempts), SettingType.Integer, (p, v) => p with { CircuitMinimumAttempts = (int)v }),
        Pull("circuitWindow", nameof(PullOptions.CircuitWindow), SettingType.Duration, (p, v) => p with { CircuitWindow = (TimeSpan)v }),
        Pull("circuitBreak", nameof(PullOptions.CircuitBreak), SettingType.Duration, (p, v) => p with { CircuitBreak = (TimeSpan)v }),

        Validation("maxModelBytes", nameof(ValidationOptions.MaxModelBytes), SettingType.Bytes, (o, v) => o with { MaxModelBytes = (long)v }),
        Validation("maxAbsoluteWeight", nameof(ValidationOptions.MaxAbsoluteWeight), SettingType.Number, (o, v) => o with { MaxAbsoluteWeight = (double)v }),
        Validation("goldenFolder", nameof(ValidationOptions.GoldenFolder), SettingType.PathOrNull, (o, v) => o with { GoldenFolder = v as string }),
        Validation("maxProbabilityShift", nameof(ValidationOptions.MaxProbabilityShift), SettingType.Number, (o, v) => o with { MaxProbabilityShift = (double)v }),
        Validation("minimumDriftItems", nameof(ValidationOptions.MinimumDriftItems), SettingType.Integer, (o, v) => o with { MinimumDriftItems = (int)v }),
        Validation("maxMeanWeightRatio", nameof(ValidationOptions.MaxMeanWeightRatio), SettingType.Number, (o, v) => o with { MaxMeanWeightRatio = (double)v }),
        Harm("tolerance", nameof(HarmTestOptions.Tolerance), (h, v) => h with { Tolerance = v }),
        Harm("alpha", nameof(HarmTestOptions.Alpha), (h, v) => h with { Alpha = v }),
        Harm("minimumEffectiveSampleSize", nameof(HarmTestOptions.MinimumEffectiveSampleSize), (h, v) => h with { MinimumEffectiveSampleSize = v }),

        Publish("errorBound", nameof(PublishOptions.ErrorBound), SettingType.Number, (p, v) => p with { ErrorBound = (double)v }),
        Publish("rounding", nameof(PublishOptions.Rounding), SettingType.Rounding, (p, v) => p with { Rounding = (WeightRounding)v }),

        Mirror("from", nameof(MirrorSettings.From), SettingType.Remote, (m, v) => m with { From = (string)v }),
        Mirror("branch", nameof(MirrorSettings.Branch), SettingType.Text, (m, v) => m with { Branch = (string)v }),
        Mirror("interval", nameof(MirrorSettings.Interval), SettingType.Duration, (m, v) => m with { Interval = (TimeSpan)v }),
        Mirror("fetchTimeout", nameof(MirrorSettings.FetchTimeout), SettingType.Duration, (m, v) => m with { FetchTimeout = (TimeSpan)v }),
        Mirror("stallTimeout", nameof(MirrorSettings.StallTimeout), SettingType.Duration, (m, v) => m with { StallTimeout = (TimeSpan)v }),
        Mirror("maxFetchBytes", nameof(MirrorSettings.MaxFetchBytes), SettingType.Bytes, (m, v) => m with { MaxFetchBytes = (long)v }),
        Mirror("reshallowEvery", nameof(MirrorSettings.ReshallowEvery), SettingType.Duration, (m, v) => m with { ReshallowEvery = (TimeSpan)v }),
    ];

    /// <summary>Keys that hold other keys.</summary>
    public static IReadOnlyList<string> Sections { get; } = ["signing", "history", "maintain", "update", PullSection.TrimEnd('.'), ValidationSection.TrimEnd('.'), HarmSection.TrimEnd('.'), PublishSection.TrimEnd('.'), ModelSetting.Section, MirrorSection.TrimEnd('.')];

    /// <summary>The environment variable that sets it.</summary>
    public string Variable => "DELIVERY_" + Key.Replace(".", "__", StringComparison.Ordinal).ToUpperInvariant();

    /// <summary>The setting of that key, also one of a single model; null when there is none.</summary>
    public static Setting? Find(string key) => All.FirstOrDefault(setting => setting.Key == key) ?? ModelSetting.Find(key);

    /// <summary>Whether the key holds other keys.</summary>
    public static bool IsSection(string key) => Sections.Contains(key, StringComparer.Ordinal) || ModelSetting.IsSection(key);

    /// <summary>Which setting a mistake found in the options is about: its message begins with the member.</summary>
    /// <param name="problem">The message.</param>
    /// <param name="keys">Keys that somebody wrote; those of single models are in no list.</param>
    public static Setting? OfProblem(string problem, IEnumerable<string> keys) =>
        All.Concat(keys.Select(ModelSetting.Find).OfType<Setting>()).FirstOrDefault(setting => problem.StartsWith(setting.Member + " ", StringComparison.Ordinal));

    private static Setting Pull(string name, string member, SettingType type, Func<PullOptions, object, PullOptions> apply) =>
        new(PullSection + name, $"{nameof(UpdaterOptions.Pull)}.{member}", type,
            (s, v) => s with { Updater = s.Updater with { Pull = apply(s.Updater.Pull, v) } });

    private static Setting Validation(string name, string member, SettingType type, Func<ValidationOptions, object, ValidationOptions> apply) =>
        new(ValidationSection + name, $"{nameof(UpdaterOptions.Validation)}.{member}", type,
            (s, v) => s with { Updater = s.Updater with { Validation = apply(s.Updater.Validation, v) } });

    private static Setting Publish(string name, string member, SettingType type, Func<PublishOptions, object, PublishOptions> apply) =>
        new(PublishSection + name, $"{nameof(UpdaterOptions.Publish)}.{member}", type,
            (s, v) => s with { Updater = s.Updater with { Publish = apply(s.Updater.Publish, v) } });

    private static Setting Mirror(string name, string member, SettingType type, Func<MirrorSettings, object, MirrorSettings> apply) =>
        new(MirrorSection + name, $"{nameof(DeliverySettings.Mirror)}.{member}", type, (s, v) => s with { Mirror = apply(s.Mirror, v) });

    private static Setting Harm(string name, string member, Func<HarmTestOptions, double, HarmTestOptions> apply) =>
        Validation($"harm.{name}", $"{nameof(ValidationOptions.Harm)}.{member}", SettingType.Number, (o, v) => o with { Harm = apply(o.Harm, (double)v) });
}
