using Delivery.Models.Kinds;

namespace Delivery.Training.Settings;

/// <summary>The kinds of model that settings may name.</summary>
public static class ModelTypes
{
    /// <summary>The kind that this version trains.</summary>
    public const string Trained = LinearSoftmax.KindName;

    /// <summary>Every kind by its first name.</summary>
    public static IReadOnlyList<string> Known => ModelKind.Names;

    /// <inheritdoc cref="ModelKind.Canonical"/>
    public static string Canonical(string type) => ModelKind.Canonical(type);
}
