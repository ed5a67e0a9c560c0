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

    private static string Short(string text) => text.Length <= 100 ? text : $"{text[..100]}...";
}
