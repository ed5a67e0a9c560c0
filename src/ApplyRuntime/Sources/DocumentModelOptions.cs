namespace Delivery.ApplyRuntime.Sources;

/// <summary>How models that come with documents are kept. Immutable: derive variants with <c>with</c>.</summary>
public sealed record DocumentModelOptions
{
    /// <summary>Most models that are kept; the least recently used goes. Default 256; at least 1.</summary>
    public int MostModels { get; init; } = 256;

    /// <summary>Most bytes that they may have together. Default 64 MiB; at least <see cref="MostModelBytes"/>.</summary>
    public long MostBytes { get; init; } = 64 << 20;

    /// <summary>A longer file is refused without a look at it. Default 4 MiB; at least 1 KiB.</summary>
    public int MostModelBytes { get; init; } = 4 << 20;

    /// <summary>Most hashes that are remembered as those of no usable model. Default 1,024; at least 1.</summary>
    public int MostRefused { get; init; } = 1_024;

    /// <summary>
    /// Bytes that do not have the SHA-256 that was claimed are not looked at again for this long; it doubles each time, to 64 times as much. Default 1 s; 1 ms to 1 h.
    /// </summary>
    public TimeSpan RefusedFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (MostModels < 1) yield return $"{nameof(MostModels)} is {MostModels}; it must be at least 1.";
        if (MostModelBytes < 1 << 10) yield return $"{nameof(MostModelBytes)} is {MostModelBytes}; it must be at least 1 KiB.";
        if (MostBytes < MostModelBytes) yield return $"{nameof(MostBytes)} is {MostBytes}; it must be at least {nameof(MostModelBytes)}, which is {MostModelBytes}.";
        if (MostRefused < 1) yield return $"{nameof(MostRefused)} is {MostRefused}; it must be at least 1.";
        if (RefusedFor < TimeSpan.FromMilliseconds(1) || RefusedFor > TimeSpan.FromHours(1)) yield return $"{nameof(RefusedFor)} is {RefusedFor}; it must be 1 ms to 1 h.";
    }
}

/// <summary>What became of models that came with documents. A snapshot.</summary>
/// <param name="Models">Kept now.</param>
/// <param name="Bytes">Of these.</param>
/// <param name="Admitted">Files that were taken so far.</param>
/// <param name="Refused">Files that were examined and not taken.</param>
/// <param name="Evicted">Models that went for others.</param>
/// <param name="TooLong">Offers that were not looked at, as they were longer than <see cref="DocumentModelOptions.MostModelBytes"/> or empty.</param>
/// <param name="LastProblem">Why a file was not taken, last; null when none ever was refused.</param>
public sealed record DocumentModelsStatus(int Models, long Bytes, long Admitted, long Refused, long Evicted, long TooLong, string? LastProblem);
