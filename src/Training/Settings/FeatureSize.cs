namespace Delivery.Training.Settings;

/// <summary>One source of features and how many values it gives.</summary>
/// <param name="Name">1 to 128 characters of <c>A-Z a-z 0-9 _</c>.</param>
/// <param name="Count">At least 1.</param>
public sealed record FeatureSize(string Name, int Count)
{
    /// <summary>The source whose one value is always 1: the bias of a model that has none of its own.</summary>
    public const string Constant = "constant";

    /// <summary>
    /// Sizes of sources that were only named, when they follow from the total: <c>constant</c> has one value, the others share
    /// the rest evenly. Null when they do not.
    /// </summary>
    public static IReadOnlyList<FeatureSize>? Derive(IReadOnlyList<string> names, int total)
    {
        var constants = names.Count(name => name == Constant);
        var (others, rest) = (names.Count - constants, total - constants);
        if (others == 0 ? rest != 0 : rest < others || rest % others != 0) return null;
        return [.. names.Select(name => new FeatureSize(name, name == Constant ? 1 : rest / others))];
    }
}
