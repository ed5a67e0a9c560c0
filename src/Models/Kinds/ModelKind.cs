using Delivery.Models.Formats;

namespace Delivery.Models.Kinds;

/// <summary>What a kind of model needs of its tensors, and how it scores. A new kind adds one of these, is named in the list here, and changes nothing else.</summary>
public abstract class ModelKind
{
    /// <summary>Every kind that this version can score, by name.</summary>
    private static readonly ModelKind[] All = [new LinearSoftmax()];

    /// <summary>As it stands in a model's header.</summary>
    public abstract string Name { get; }

    /// <summary>Checks the tensors against the header and makes the scorer for these bytes.</summary>
    /// <exception cref="InvalidModelException">The tensors are not those of this kind.</exception>
    public abstract Scorer CreateScorer(ModelLayout layout);

    /// <summary>Null for a kind that this version does not know.</summary>
    public static ModelKind? Find(string name) => Array.Find(All, kind => kind.Name == name);
}
