using Delivery.ApplyRuntime.Exploring;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>One application, made ready for the hot path. Immutable but for where its model was found, which any thread may set.</summary>
internal sealed class ApplyEntry
{
    /// <summary>The place at which the model was found the last time: a guess.</summary>
    public int Place;

    /// <summary>The same text as <see cref="Name"/>, as the model that was found last holds it.</summary>
    public string FoundAs;

    private KnownProbability _known = new(0, 0);
    private readonly string[] _locales;
    private readonly string[] _interfaces;

    public ApplyEntry(ApplyModel settings)
    {
        Settings = settings;
        Name = FoundAs = settings.Name.Value;
        NameHash = Draw.OfModel(Name);
        ConfigHash = settings.ConfigHash();
        _locales = [.. settings.Locales];
        _interfaces = [.. settings.UserInterfaces];
        if (settings.NotShownThreshold is { } threshold) NotShownScore = LinearWinLossBin.NotShownScore(threshold);
        if (settings.RandomizeParams is not { } randomize) return;
        _known = new KnownProbability(0, randomize.ExploreProbability(0));
        Bundle = Bundle.Create(randomize.RandomizeBundle, randomize.LocalRadius, randomize.UniformShare);
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

    /// <summary><see cref="RandomizeParams.ExploreProbability"/>, which only a new model changes. Allocates once after each change of n, and not otherwise.</summary>
    public double ExploreProbability(RandomizeParams randomize, ulong requestCount)
    {
        var known = Volatile.Read(ref _known);
        return known.RequestCount == requestCount ? known.Probability : Learn(randomize, requestCount);
    }

    public bool TakesLocale(string? locale) => Takes(_locales, locale);

    public bool TakesInterface(string? userInterface) => Takes(_interfaces, userInterface);

    private double Learn(RandomizeParams randomize, ulong requestCount)
    {
        var known = new KnownProbability(requestCount, randomize.ExploreProbability(requestCount));
        Volatile.Write(ref _known, known);
        return known.Probability;
    }

    private static bool Takes(string[] allowed, string? given)
    {
        if (allowed.Length == 0) return true;
        foreach (var one in allowed)
        {
            if (string.Equals(one, given, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    private sealed record KnownProbability(ulong RequestCount, double Probability);
}
