using Delivery.Models.Formats;

namespace Delivery.Models.Kinds;

/// <summary>What a kind of model needs of its tensors, and how it scores. A new kind adds one of these, is named in the list here, and changes nothing else.</summary>
public abstract class ModelKind
{
    /// <summary>Every kind that this version can score, by name.</summary>
    private static readonly ModelKind[] All = [new LinearSoftmax(), new LinearWinLossBin(), new LinearWinLossMc()];

    /// <summary>As it stands in a model's header.</summary>
    public abstract string Name { get; }

    /// <summary>Checks the tensors against the header and makes the scorer for these bytes.</summary>
    /// <exception cref="InvalidModelException">The tensors are not those of this kind.</exception>
    public abstract Scorer CreateScorer(ModelOutline outline);

    /// <inheritdoc cref="CreateScorer(ModelOutline)"/>
    public Scorer CreateScorer(ModelLayout layout) => CreateScorer(layout.Outline);

    /// <summary>The first name of every kind that this version can score.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(kind => kind.Name)];

    /// <summary>Null for a kind that this version does not know.</summary>
    /// <param name="name">Its first name, or an older one.</param>
    public static ModelKind? Find(string name)
    {
        var first = Canonical(name);
        foreach (var kind in All)
        {
            if (kind.Name == first) return kind;
        }
        return null;
    }

    /// <summary>The first name of a kind: <c>linear_upper_bin</c> and <c>linear_upper_mc</c> are older names of the win/loss kinds.</summary>
    public static string Canonical(string name) => name switch
    {
        "linear_upper_bin" => LinearWinLossBin.KindName,
        "linear_upper_mc" => LinearWinLossMc.KindName,
        _ => name,
    };
}
