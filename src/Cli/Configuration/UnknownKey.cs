using Delivery.Models.Settings;

namespace Delivery.Cli.Configuration;

/// <summary>Says that a key is unknown, and which one was probably meant.</summary>
internal static class UnknownKey
{
    public static string Message(string key) =>
        $"unknown key '{key}'" + (ModelSetting.NameProblem(key) is { } problem ? $": {problem}" : Suggestion(key) is { } meant ? $"; did you mean '{meant}'?" : "; docs/cli.md lists all keys.");

    /// <summary>The nearest known key; null when none is near.</summary>
    public static string? Suggestion(string key)
    {
        string[] beside = [.. ModelSetting.KeysBeside(key)];
        // By the last part alone: the section is right, and so long that any two keys of it look alike.
        if (beside.Length > 0) return NearestName.Of(Name(key), beside.Select(Name)) is { } near ? beside.First(other => Name(other) == near) : null;
        string[] known = [.. Setting.All.Select(setting => setting.Key), .. Setting.Sections];
        return NearestName.Of(key, known) ?? NearestInOtherSection(key, known);
    }

    /// <summary>The right name in the wrong section.</summary>
    private static string? NearestInOtherSection(string key, string[] known)
    {
        var byName = known.GroupBy(Name).ToDictionary(group => group.Key, group => group.First());
        return NearestName.Of(Name(key), byName.Keys) is { } name ? byName[name] : null;
    }

    private static string Name(string key) => key[(key.LastIndexOf('.') + 1)..];
}
