using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>One question: where on this page does this vertical go? It holds nothing; all of it belongs to the caller.</summary>
public readonly ref struct DecisionRequest
{
    public DecisionRequest() { }

    /// <summary>The vertical whose position is asked for.</summary>
    public required string Intent { get; init; }

    /// <summary>Values of the model's sources in their order. All models of an intent take the same vector.</summary>
    public required ReadOnlySpan<float> Features { get; init; }

    /// <summary>The host's name of the request, which joins the decision with what the user does. Default empty.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Who asks: one half of the key of the draw. Default empty.</summary>
    public ReadOnlySpan<char> User { get; init; }

    /// <summary>What is asked: the other half. Default empty. Where both halves are empty, <see cref="RequestId"/> stands in for the user.</summary>
    public ReadOnlySpan<char> Query { get; init; }

    /// <summary>The server's time of the request. Default: the clock of the runtime, now.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Locale that relevance was computed for; null when it is not known, which passes no restriction.</summary>
    public string? Locale { get; init; }

    /// <summary>Kind of interface (desktop, touch ...); null when it is not known, which passes no restriction.</summary>
    public string? UserInterface { get; init; }

    /// <summary>The class that the production formula would show, for the log; null when it is not known.</summary>
    public int? ProductionClass { get; init; }

    /// <summary>The model that came with the document, for applications with the source <c>doc_attr</c>. Default none.</summary>
    public DocumentModel DocumentModel { get; init; }

    /// <summary>The experiment that the request belongs to, for the log.</summary>
    public string? Experiment { get; init; }

    /// <summary>What this request has otherwise than the configuration; null: nothing.</summary>
    public ApplyOverride? Override { get; init; }

    /// <summary>
    /// Set when somebody else has already randomised this position. Models with <c>UseLocalRandom</c> then learn from it, and nobody
    /// speaks to the blender; where no model of the intent uses it, it is not looked at.
    /// </summary>
    public ForeignDraw? Foreign { get; init; }
}

/// <summary>A class that somebody else chose at random.</summary>
public readonly record struct ForeignDraw
{
    /// <param name="shown">The class shown, from 0.</param>
    /// <param name="propensity">Its probability among all classes: above 0, at most 1.</param>
    /// <param name="bundle">Name of the randomisation, for the log.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public ForeignDraw(int shown, double propensity, string bundle = "external")
    {
        ArgumentOutOfRangeException.ThrowIfNegative(shown);
        if (!(propensity is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(propensity), propensity, "A propensity is above 0 and at most 1.");
        (Shown, Propensity, Bundle) = (shown, propensity, bundle);
    }

    public int Shown { get; }

    public double Propensity { get; }

    public string Bundle { get; }
}
