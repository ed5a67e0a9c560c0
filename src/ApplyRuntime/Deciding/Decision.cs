namespace Delivery.ApplyRuntime.Deciding;

/// <summary>Where the class of a decision comes from.</summary>
public enum DecisionSource
{
    /// <summary>Neither a model nor a fallback: leave the page as it is.</summary>
    None,

    /// <summary>The best class of the model.</summary>
    Model,

    /// <summary>The class that the caller, or the settings, gave for this case.</summary>
    Fallback,

    /// <summary>The fixed position of a model that has seen too few requests.</summary>
    FixedPosition,
}

/// <summary>Why no model decided.</summary>
public enum FallbackReason
{
    /// <summary>A model decided.</summary>
    None,

    /// <summary>No generation is loaded yet, or the runtime is closed.</summary>
    NoGeneration,

    /// <summary>The generation, or the source that the settings name, has no such model, or not yet.</summary>
    NoModel,

    /// <summary>The model takes another number of features.</summary>
    WrongFeatureCount,

    /// <summary>A score is NaN or infinite, since a feature is, or the sum overflowed.</summary>
    NotFinite,

    /// <summary>The span for the scores is shorter than the classes of the model.</summary>
    TooFewScores,

    /// <summary>The model has another number of classes than the settings say.</summary>
    WrongClassCount,

    /// <summary>The settings take the model from a source that this runtime does not have.</summary>
    NoSource,
}

/// <summary>What the runtime answered.</summary>
/// <param name="Class">The class, from 0; <see cref="NoClass"/> when <paramref name="Source"/> is <see cref="DecisionSource.None"/>.</param>
/// <param name="Source">Where the class comes from.</param>
/// <param name="Reason">Why no model decided.</param>
/// <param name="Epoch">The generation that was looked at; 0 when there was none.</param>
/// <param name="ModelVersion">Of the model that was found, whether it decided or not; 0 when there was none.</param>
/// <param name="RequestCount">Requests that this model had been trained on; 0 when there was none.</param>
public readonly record struct Decision(
    int Class, DecisionSource Source, FallbackReason Reason, long Epoch, uint ModelVersion, ulong RequestCount)
{
    /// <summary>Stands for "no class".</summary>
    public const int NoClass = -1;
}
