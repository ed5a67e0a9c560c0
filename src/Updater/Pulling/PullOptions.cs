namespace Delivery.Updater.Pulling;

/// <summary>How the training store is asked. Immutable: derive variants with <c>with</c>.</summary>
public sealed record PullOptions
{
    /// <summary>Calls under way at once. Default 8, from 1 to 256.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Longest wait for one answer. Default 10 s, from 10 ms to 10 min.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts after a failed first one. Default 3, from 0 to 20.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>Middle wait before the first retry; it doubles each time and is spread at random. Default 500 ms, from 1 ms to 1 min.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait before a retry. Default 10 s, at least <see cref="RetryDelay"/>.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Share of failed attempts from which the circuit opens: calls then fail at once and leave the store in peace. Default 0.5, in (0, 1].</summary>
    public double CircuitFailureRatio { get; init; } = 0.5;

    /// <summary>Attempts within <see cref="CircuitWindow"/> below which the circuit stays closed. Default 8, at least 2.</summary>
    public int CircuitMinimumAttempts { get; init; } = 8;

    /// <summary>Attempts younger than this are counted. Default 1 min, at least 500 ms.</summary>
    public TimeSpan CircuitWindow { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an open circuit stays open before one call may try again. Default 30 s, at least 500 ms.</summary>
    public TimeSpan CircuitBreak { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (Concurrency is < 1 or > 256) yield return $"{nameof(Concurrency)} is {Concurrency}; it needs 1 to 256.";
        if (AttemptTimeout < TimeSpan.FromMilliseconds(10) || AttemptTimeout > TimeSpan.FromMinutes(10)) yield return $"{nameof(AttemptTimeout)} is {AttemptTimeout}; it needs 10 ms to 10 min.";
        if (Retries is < 0 or > 20) yield return $"{nameof(Retries)} is {Retries}; it needs 0 to 20.";
        if (RetryDelay < TimeSpan.FromMilliseconds(1) || RetryDelay > TimeSpan.FromMinutes(1)) yield return $"{nameof(RetryDelay)} is {RetryDelay}; it needs 1 ms to 1 min.";
        if (MaxRetryDelay < RetryDelay) yield return $"{nameof(MaxRetryDelay)} is {MaxRetryDelay}; it needs at least {nameof(RetryDelay)}, {RetryDelay}.";
        if (!(CircuitFailureRatio is > 0 and <= 1)) yield return $"{nameof(CircuitFailureRatio)} is {CircuitFailureRatio}; it needs more than 0 and at most 1.";
        if (CircuitMinimumAttempts < 2) yield return $"{nameof(CircuitMinimumAttempts)} is {CircuitMinimumAttempts}; it needs 2 or more.";
        if (CircuitWindow < TimeSpan.FromMilliseconds(500)) yield return $"{nameof(CircuitWindow)} is {CircuitWindow}; it needs 500 ms or more.";
        if (CircuitBreak < TimeSpan.FromMilliseconds(500)) yield return $"{nameof(CircuitBreak)} is {CircuitBreak}; it needs 500 ms or more.";
    }
}
