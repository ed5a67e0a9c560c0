namespace Delivery.EventLog.Reading;

/// <summary>How a log is read. Immutable: derive variants with <c>with</c>.</summary>
public sealed record EventLogReaderOptions
{
    /// <summary>
    /// How long bytes of a segment that is still written may fail to verify before they count as damaged: a network file system can
    /// show a file's length before its bytes. Default 10 s, 0 or more.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause of <see cref="EventLogReader.FollowAsync"/> when nothing new is there. Default 200 ms, above 0.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Hears of each problem as it is met, on the reader's thread. Null for nobody; the counters count them anyway.</summary>
    public Action<EventLogProblem>? Problem { get; init; }

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (Patience < TimeSpan.Zero) yield return $"{nameof(Patience)} is {Patience}; it needs 0 or more.";
        if (PollInterval <= TimeSpan.Zero) yield return $"{nameof(PollInterval)} is {PollInterval}; it needs more than 0.";
    }
}
