namespace Delivery.Training.Settings;

/// <summary>One mistake in the settings of one model.</summary>
/// <param name="Model">The model's name as it was given.</param>
/// <param name="Key">The setting.</param>
/// <param name="Value">What was found, as it stands in the settings; empty for a setting that is missing.</param>
/// <param name="Expected">What would do.</param>
public sealed record SettingProblem(string Model, string Key, string Value, string Expected)
{
    public override string ToString() => Value.Length == 0
        ? $"TrainModels[{Model}].{Key} is missing; expected {Expected}."
        : $"TrainModels[{Model}].{Key} is {Value}; expected {Expected}.";
}
