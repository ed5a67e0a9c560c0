using Delivery.FastData.Git.Mirroring;

namespace Delivery.Cli.Configuration;

/// <summary>How <c>delivery mirror</c> follows a remote; the folder is <see cref="DeliverySettings.FastData"/>. Immutable.</summary>
public sealed record MirrorSettings
{
    private static readonly FastDataMirrorOptions Plain = new() { From = ".", Folder = "." };

    /// <summary>The remote: a folder or a URL. Default none.</summary>
    public string? From { get; init; }

    /// <summary>Its branch. Default <c>main</c>.</summary>
    public string Branch { get; init; } = Plain.Branch;

    /// <summary>From one poll to the next. Default 10 s, from 100 ms to 1 day.</summary>
    public TimeSpan Interval { get; init; } = Plain.Interval;

    /// <summary>Longest time of one transfer. Default 10 min, from 1 s to 1 day.</summary>
    public TimeSpan FetchTimeout { get; init; } = Plain.FetchTimeout;

    /// <summary>Longest time of a transfer without a sign of life. Default 1 min, from 100 ms to 1 day.</summary>
    public TimeSpan StallTimeout { get; init; } = Plain.StallTimeout;

    /// <summary>Most bytes of one transfer. Default 4 GiB, 1 KiB or more.</summary>
    public long MaxFetchBytes { get; init; } = Plain.MaxFetchBytes;

    /// <summary>How often history that nobody needs is left behind. Default 24 h, from 1 min to 3,650 days.</summary>
    public TimeSpan ReshallowEvery { get; init; } = Plain.ReshallowEvery;

    /// <summary>The options of a mirror.</summary>
    public FastDataMirrorOptions ToOptions(string from, DeliverySettings settings) => Plain with
    {
        From = from,
        Folder = settings.FastData,
        Branch = Branch,
        Interval = Interval,
        MaxBackoff = Interval > Plain.MaxBackoff ? Interval : Plain.MaxBackoff,
        FetchTimeout = FetchTimeout,
        StallTimeout = StallTimeout,
        MaxFetchBytes = MaxFetchBytes,
        ReshallowEvery = ReshallowEvery,
        AllowedSigners = settings.AllowedSigners,
        KeepGenerations = settings.KeepGenerations,
        LockTimeout = settings.LockTimeout,
    };
}
