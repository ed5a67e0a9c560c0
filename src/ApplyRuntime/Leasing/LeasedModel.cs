using Delivery.ApplyRuntime.Reload;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>A model inside a lease, for callers that score themselves. Using it after its lease reads memory that is gone.</summary>
public readonly ref struct LeasedModel
{
    private readonly LoadedModel? _model;

    internal LeasedModel(LoadedModel model) => _model = model;

    /// <summary>Name, kind, version, ages and sizes.</summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>, no model of a lease.</exception>
    public ModelStatus Status => Model.Status;

    /// <summary>One score a class; the same bits on every machine. Allocates nothing.</summary>
    /// <param name="features">As many as <see cref="ModelStatus.FeatureCount"/>, in the order of the model's sources.</param>
    /// <param name="scores">Receives <see cref="ModelStatus.ClassCount"/> scores; not finite where a feature is not.</param>
    /// <exception cref="ArgumentException">A length differs.</exception>
    /// <exception cref="InvalidOperationException">This is <c>default</c>, no model of a lease.</exception>
    public void Score(ReadOnlySpan<float> features, Span<float> scores) => Model.Score(features, scores);

    private LoadedModel Model => _model ?? throw new InvalidOperationException("This is no model of a lease.");
}
