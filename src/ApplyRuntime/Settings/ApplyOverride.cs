namespace Delivery.ApplyRuntime.Settings;

/// <summary>
/// What one request, or one experiment, has otherwise than the configuration. Immutable; any number of requests on any threads may
/// carry the same one. Made by an <see cref="ApplyOverrideBuilder"/>, off the hot path.
/// </summary>
public sealed class ApplyOverride
{
    private readonly IReadOnlyList<ApplyEntry> _entries;
    private readonly IReadOnlyDictionary<string, SourceModels> _sources;
    private Bound _bound;

    internal ApplyOverride(IReadOnlyList<ApplyEntry> entries, IReadOnlyDictionary<string, SourceModels> sources, IReadOnlyList<string> problems, ApplyConfiguration configuration, bool debug = false)
    {
        (_entries, _sources, Debug) = (entries, sources, debug);
        _bound = Bind(configuration, out var unknown);
        Problems = [.. problems, .. unknown];
    }

    /// <summary>What could not be used, and so changes nothing; empty when all could.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>Whether <see cref="RuntimeOptions.Debug"/> is told what is logged.</summary>
    public bool Debug { get; }

    /// <summary>The models of an intent under this configuration. Allocates once after each change of the configuration, and not otherwise.</summary>
    internal IntentRules For(string intent, ApplyConfiguration configuration)
    {
        var bound = Volatile.Read(ref _bound);
        if (!ReferenceEquals(bound.Configuration, configuration))
        {
            bound = Bind(configuration, out _);
            Volatile.Write(ref _bound, bound);
        }
        return bound.Changed.TryGetValue(intent, out var rules) ? rules : configuration.For(intent);
    }

    private Bound Bind(ApplyConfiguration configuration, out List<string> problems)
    {
        problems = [];
        var replaced = _entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        var intents = _entries.Select(entry => entry.Settings.Intent)
            .Concat(replaced.Keys.Select(name => configuration.Find(name)?.Settings.Intent).OfType<string>())
            .Concat(_sources.Keys).Distinct(StringComparer.Ordinal);
        var changed = new Dictionary<string, IntentRules>(StringComparer.Ordinal);
        foreach (var intent in intents)
        {
            ApplyEntry[] entries =
            [
                .. configuration.For(intent).Entries.Where(entry => !replaced.ContainsKey(entry.Name))
                    .Concat(_entries.Where(entry => entry.Settings.Intent == intent)).Order(ApplyEntry.FirstAsked),
            ];
            changed[intent] = _sources.TryGetValue(intent, out var models) ? Narrow(intent, entries, models, problems) : new IntentRules(entries, null);
        }
        return new Bound(configuration, changed);
    }

    private static IntentRules Narrow(string intent, ApplyEntry[] entries, SourceModels models, List<string> problems)
    {
        if (models.Apply is { } apply)
        {
            problems.AddRange(apply.Where(name => entries.All(entry => entry.Name != name))
                .Select(name => $"{ApplyOverrideBuilder.ApplyKey} of '{intent}' names '{name}', which {ApplyModel.Section} does not apply to this intent."));
        }
        ApplyEntry[] chosen = models.Apply is null ? entries : [.. entries.Where(entry => models.Apply.Contains(entry.Name))];
        Learner[]? learners = models.Train is null ? null : [.. models.Train.Select(name => new Learner(name, Array.Find(entries, entry => entry.Name == name)))];
        return new IntentRules(chosen, learners);
    }

    private sealed record Bound(ApplyConfiguration Configuration, Dictionary<string, IntentRules> Changed);
}

/// <summary>The models that a source names; null where it names none and so leaves the configuration as it is.</summary>
internal sealed record SourceModels(IReadOnlyList<string>? Apply, IReadOnlyList<string>? Train);
