using Delivery.ApplyRuntime.Exploring;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>One application, made ready for the hot path. Immutable.</summary>
internal sealed class ApplyEntry
{
    private readonly string[] _locales;
    private readonly string[] _interfaces;

    public ApplyEntry(ApplyModel settings)
    {
        Settings = settings;
        Name = settings.Name.Value;
        NameHash = Draw.OfModel(Name);
        ConfigHash = settings.ConfigHash();
        _locales = [.. settings.Locales];
        _interfaces = [.. settings.UserInterfaces];
        if (settings.NotShownThreshold is { } threshold) NotShownScore = LinearWinLossBin.NotShownScore(threshold);
        if (settings.RandomizeParams is { } randomize) Bundle = Bundle.Create(randomize.RandomizeBundle, randomize.LocalRadius, randomize.UniformShare);
    }

    /// <summary>The order in which the models of an intent are asked: falling priority, then by name.</summary>
    public static Comparer<ApplyEntry> FirstAsked { get; } = Comparer<ApplyEntry>.Create(static (one, other) =>
        other.Settings.ApplyPriority != one.Settings.ApplyPriority ? other.Settings.ApplyPriority.CompareTo(one.Settings.ApplyPriority)
        : string.CompareOrdinal(one.Name, other.Name));

    public ApplyModel Settings { get; }

    public string Name { get; }

    /// <summary>The part of the model in every draw.</summary>
    public uint NameHash { get; }

    /// <summary>Of the settings, for the log.</summary>
    public ulong ConfigHash { get; }

    /// <summary>Null without exploration.</summary>
    public Bundle? Bundle { get; }

    /// <summary>Stands for "not shown" in the place of the model's own; null: the model's own.</summary>
    public float? NotShownScore { get; }

    public bool TakesLocale(string? locale) => Takes(_locales, locale);

    public bool TakesInterface(string? userInterface) => Takes(_interfaces, userInterface);

    private static bool Takes(string[] allowed, string? given)
    {
        if (allowed.Length == 0) return true;
        foreach (var one in allowed)
        {
            if (string.Equals(one, given, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
