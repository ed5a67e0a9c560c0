namespace Delivery.ApplyRuntime.Sources;

/// <summary>How models are pulled from the training store. Immutable: derive variants with <c>with</c>.</summary>
public sealed record TrainingModelOptions
{
    /// <summary>Pause between the starts of two pulls of one model. Default 1 s; 10 ms to 1 h.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A pull without an answer after this time is cancelled and has failed. Default 200 ms; 1 ms to 1 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Pulls that run at once. Default 4; 1 to 64. As many again times three may hang, cancelled but not ended, before no further one starts.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>When so many models are pulled, those of the configuration included, overrides add no more. Default 1,000; at least 1.</summary>
    public int MostModels { get; init; } = 1_000;

    /// <summary>A model that no configuration names is forgotten when no request used it for this long. Default 10 min; at least <see cref="Period"/>.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A longer file is refused. Default 16 MiB; at least 1 KiB.</summary>
    public int MostModelBytes { get; init; } = 16 << 20;

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (Period < TimeSpan.FromMilliseconds(10) || Period > TimeSpan.FromHours(1)) yield return $"{nameof(Period)} is {Period}; it must be 10 ms to 1 h.";
        if (Timeout < TimeSpan.FromMilliseconds(1) || Timeout > TimeSpan.FromMinutes(1)) yield return $"{nameof(Timeout)} is {Timeout}; it must be 1 ms to 1 min.";
        if (Concurrency is < 1 or > 64) yield return $"{nameof(Concurrency)} is {Concurrency}; it must be 1 to 64.";
        if (MostModels < 1) yield return $"{nameof(MostModels)} is {MostModels}; it must be at least 1.";
        if (ForgetAfter < Period) yield return $"{nameof(ForgetAfter)} is {ForgetAfter}; it must be at least {nameof(Period)}, which is {Period}.";
        if (MostModelBytes < 1 << 10) yield return $"{nameof(MostModelBytes)} is {MostModelBytes}; it must be at least 1 KiB.";
    }
}
