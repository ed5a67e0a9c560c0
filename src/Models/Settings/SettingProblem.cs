namespace Delivery.Models.Settings;

/// <summary>One mistake in the settings of one model.</summary>
/// <param name="Section">The group of settings: <c>TrainModels</c> or <c>ApplyModels</c>; empty for the whole text.</param>
/// <param name="Model">The model's name as it was given; empty for a whole section.</param>
/// <param name="Key">The setting.</param>
/// <param name="Value">What was found, as it stands in the settings; empty for a setting that is missing.</param>
/// <param name="Expected">What would do.</param>
public sealed record SettingProblem(string Section, string Model, string Key, string Value, string Expected)
{
    public override string ToString() => $"{Place}{Key} is {(Value.Length == 0 ? "missing" : Value)}; expected {Expected}.";

    private string Place => Section.Length == 0 ? "" : Model.Length == 0 ? $"{Section}: " : $"{Section}[{Model}].";
}
