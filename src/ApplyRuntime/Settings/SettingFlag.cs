using Delivery.Models.Settings;

namespace Delivery.ApplyRuntime.Settings;

/// <summary>One setting as users write it in a flag or a line: <c>scheme_Local/BlenderOnlineLearning/ApplyModels/name={json}</c>.</summary>
/// <param name="Section"><c>ApplyModels</c> or <c>TrainModels</c>.</param>
/// <param name="Name">The model.</param>
/// <param name="Json">Its entry.</param>
public sealed record SettingFlag(string Section, string Name, string Json)
{
    /// <summary>What every flag of this kind begins with.</summary>
    public const string Prefix = "scheme_Local/BlenderOnlineLearning/";

    /// <summary>The flag that asks for the readable form of what is logged.</summary>
    public const string DebugName = "scheme_Local/BlenderOnlineLearning_dbg";

    /// <summary>The groups of settings.</summary>
    internal static IReadOnlyList<string> Sections { get; } = [ApplyModel.Section, "TrainModels"];

    /// <summary>Reads a flag. It does not look into the JSON.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="problem">What is wrong with it, when the result is null.</param>
    public static SettingFlag? Read(string text, out string problem)
    {
        problem = "";
        var trimmed = text.Trim();
        var equals = trimmed.IndexOf('=', StringComparison.Ordinal);
        var parts = (equals < 0 ? trimmed : trimmed[..equals]).Split('/');
        if (!trimmed.StartsWith(Prefix, StringComparison.Ordinal) || equals < 0 || parts.Length != 4)
        {
            problem = $"'{Short(trimmed)}' is no setting; expected {Prefix}{ApplyModel.Section}/<name>={{...}}.";
            return null;
        }
        if (!Sections.Contains(parts[2]))
        {
            var meant = NearestName.Of(parts[2], Sections);
            problem = $"'{Short(trimmed)}' has the section '{parts[2]}'; expected {string.Join(" or ", Sections)}" + (meant is null ? "." : $" (was '{meant}' meant?).");
            return null;
        }
        return new SettingFlag(parts[2], parts[3].Trim(), trimmed[(equals + 1)..]);
    }

    /// <summary>Reads the flag that asks for the readable form. False when it is another flag.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="value">Its value; null when that is no flag.</param>
    /// <param name="problem">What is wrong with it, when the value is null.</param>
    internal static bool ReadDebug(string text, out bool? value, out string problem)
    {
        (value, problem) = (null, "");
        var trimmed = text.Trim();
        if (!trimmed.StartsWith(DebugName, StringComparison.Ordinal) || (trimmed.Length > DebugName.Length && trimmed[DebugName.Length] != '=')) return false;
        value = trimmed[DebugName.Length..] switch { "=1" or "=true" => true, "=0" or "=false" => false, _ => null };
        if (value is null) problem = $"'{Short(trimmed)}' is no setting; expected {DebugName}= and 0, 1, true or false.";
        return true;
    }

    private static string Short(string text) => text.Length <= 100 ? text : $"{text[..100]}...";
}
