using Delivery.Models.Kinds;

namespace Delivery.Training.Settings;

/// <summary>The kinds of model that settings may name.</summary>
public static class ModelTypes
{
    /// <summary>The kind that this version trains.</summary>
    public const string Trained = LinearSoftmax.KindName;

    /// <summary>Every kind by its first name.</summary>
    public static IReadOnlyList<string> Known { get; } = [Trained, "linear_winloss_bin", "linear_winloss_mc"];

    /// <summary>The first name of a kind: <c>linear_upper_bin</c> and <c>linear_upper_mc</c> are older names of the win/loss kinds.</summary>
    public static string Canonical(string type) => type switch
    {
        "linear_upper_bin" => "linear_winloss_bin",
        "linear_upper_mc" => "linear_winloss_mc",
        _ => type,
    };
}
