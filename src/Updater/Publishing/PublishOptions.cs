using System.Collections.Frozen;
using Delivery.Models;

namespace Delivery.Updater.Publishing;

/// <summary>How closely published weights follow the trained ones, for all models and for single ones. Immutable: derive variants with <c>with</c>.</summary>
public sealed record PublishOptions
{
    /// <summary>A weight that is off by no more than this keeps the bits that were delivered. Default 0: off. Finite, 0 or more.</summary>
    public double ErrorBound { get; init; }

    /// <summary>How weights are rounded. Default none.</summary>
    public WeightRounding Rounding { get; init; }

    /// <summary>What single models have otherwise. Default: none has.</summary>
    public IReadOnlyDictionary<ModelName, PublishOverride> Models { get; init; } = FrozenDictionary<ModelName, PublishOverride>.Empty;

    /// <summary>What counts for one model.</summary>
    public WeightPrecision For(ModelName name) =>
        Models.TryGetValue(name, out var own) ? new(own.ErrorBound ?? ErrorBound, own.Rounding ?? Rounding) : new(ErrorBound, Rounding);

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (!IsBound(ErrorBound)) yield return $"{nameof(ErrorBound)} is {ErrorBound}; it needs 0 or more.";
        foreach (var (name, own) in Models.OrderBy(model => model.Key))
        {
            if (own.ErrorBound is { } bound && !IsBound(bound)) yield return $"{nameof(Models)}[{name}].{nameof(ErrorBound)} is {bound}; it needs 0 or more.";
        }
    }

    private static bool IsBound(double bound) => bound >= 0 && double.IsFinite(bound);
}

/// <summary>What one model has otherwise than the rest; null: as the rest.</summary>
public sealed record PublishOverride
{
    /// <summary>As <see cref="PublishOptions.ErrorBound"/>.</summary>
    public double? ErrorBound { get; init; }

    /// <summary>As <see cref="PublishOptions.Rounding"/>.</summary>
    public WeightRounding? Rounding { get; init; }
}
