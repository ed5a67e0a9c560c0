using System.Collections.Frozen;
using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>All applications of models, ready for look-ups. Immutable; any thread.</summary>
public sealed class ApplyConfiguration
{
    private const int MostConstants = 8;

    private readonly FrozenDictionary<string, IntentRules> _byIntent;
    private readonly FrozenDictionary<string, ApplyEntry> _byName;

    // A host names an intent by a constant, which is interned: comparing a few references takes less time than hashing a name.
    private readonly (string Intent, IntentRules Rules)[] _constants;

    private ApplyConfiguration(ApplyEntry[] entries, TrainedModel[] trained)
    {
        Models = [.. entries.Select(entry => entry.Settings)];
        Trained = trained;
        _byName = entries.ToFrozenDictionary(entry => entry.Settings.Name.Value, StringComparer.Ordinal);
        _byIntent = entries.GroupBy(entry => entry.Settings.Intent, StringComparer.Ordinal)
            .ToFrozenDictionary(group => group.Key, group => new IntentRules([.. group.Order(ApplyEntry.FirstAsked)], null), StringComparer.Ordinal);
        _constants = [.. _byIntent.Take(MostConstants).Select(pair => (string.Intern(pair.Key), pair.Value))];
    }

    /// <summary>No application at all.</summary>
    public static ApplyConfiguration Empty { get; } = new([], []);

    /// <summary>Ordered by name.</summary>
    public IReadOnlyList<ApplyModel> Models { get; }

    /// <summary>What is known of the trainers of models, applied here or not; ordered by name.</summary>
    public IReadOnlyList<TrainedModel> Trained { get; }

    /// <summary>Makes a configuration in code.</summary>
    /// <param name="models">One entry a model; their names differ, letter case aside.</param>
    /// <param name="trained">What is known of trainers, for the linter alone: it changes nothing in <paramref name="models"/>. Default: nothing.</param>
    /// <exception cref="InvalidApplyModelsException">All mistakes.</exception>
    public static ApplyConfiguration Of(IEnumerable<ApplyModel> models, IEnumerable<TrainedModel>? trained = null)
    {
        ApplyModel[] all = [.. models.OrderBy(model => model.Name)];
        SettingProblem[] problems =
        [
            .. all.SelectMany(model => model.Problems()),
            .. all.GroupBy(model => model.Name.Value, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1)
                .Select(group => new SettingProblem(ApplyModel.Section, group.Last().Name.Value, "name", $"\"{group.Last().Name}\"", $"a name other than '{group.First().Name}', letter case aside")),
        ];
        if (problems.Length > 0) throw new InvalidApplyModelsException(problems);
        return new ApplyConfiguration([.. all.Select(model => new ApplyEntry(model))], [.. (trained ?? []).OrderBy(model => model.Name)]);
    }

    /// <inheritdoc cref="ApplyConfigurationReader.Read(string, string?)"/>
    public static ApplyConfiguration Parse(string text, string? file = null) => ApplyConfigurationReader.Read(text, file);

    /// <summary>The models of an intent, the one that goes first in front; empty when there is none.</summary>
    internal IntentRules For(string intent)
    {
        foreach (var (constant, rules) in _constants)
        {
            if (ReferenceEquals(constant, intent)) return rules;
        }
        return _byIntent.TryGetValue(intent, out var found) ? found : IntentRules.None;
    }

    internal ApplyEntry? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>Which models decide on an intent, and which learn from it.</summary>
/// <param name="Entries">Those that may decide, by falling priority, then by name.</param>
/// <param name="Learners">Those that learn, when it was said for the intent; null: the one that decides and those that use the randomisation of others.</param>
internal sealed record IntentRules(ApplyEntry[] Entries, Learner[]? Learners)
{
    public static IntentRules None { get; } = new([], null);
}

/// <summary>A model that learns from decisions on an intent.</summary>
/// <param name="Name">The model.</param>
/// <param name="Entry">Its application; null when it is only trained.</param>
internal sealed record Learner(string Name, ApplyEntry? Entry);
