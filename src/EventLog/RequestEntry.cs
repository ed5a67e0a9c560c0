namespace Delivery.EventLog;

/// <summary>
/// One decision to be logged: the fields of <c>RequestData</c> in <c>proto/delivery/v1/request_data.proto</c>, borrowed from
/// the caller until <see cref="EventLogWriter.Append"/> returns. A text that is null is logged as an empty one.
/// </summary>
public readonly ref struct RequestEntry
{
    /// <summary>The same as in the log of what users did.</summary>
    public required string? RequestId { get; init; }

    /// <summary>Of the decision; kept to 100 ns.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Name of the model.</summary>
    public required string? Model { get; init; }

    /// <summary>Of the model in use; 0 where there was none.</summary>
    public uint ModelVersion { get; init; }

    /// <summary>SHA-256 of the model file in use, lower-case hexadecimal.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Requests that the model in use had been trained on.</summary>
    public ulong RequestCount { get; init; }

    /// <summary>The vertical whose position was decided.</summary>
    public string? Intent { get; init; }

    /// <summary>The whole vector.</summary>
    public required ReadOnlySpan<float> Features { get; init; }

    /// <summary>The class around which was explored; null for none.</summary>
    public uint? Pivot { get; init; }

    /// <summary>The class that the production formula would have shown; null where it is not known.</summary>
    public uint? Production { get; init; }

    /// <summary>The class shown, from 0.</summary>
    public required uint Shown { get; init; }

    /// <summary>Name of the randomisation.</summary>
    public string? Bundle { get; init; }

    /// <summary>Probability with which the randomisation chose <see cref="Shown"/>, given that it was asked.</summary>
    public required double Propensity { get; init; }

    /// <summary>Probability with which it was asked.</summary>
    public double ExploreProbability { get; init; }

    /// <summary>Whether somebody else randomised.</summary>
    public bool ExternalRandom { get; init; }

    /// <summary>Number of the salt's period since 1970.</summary>
    public long SaltBucket { get; init; }

    public string? Locale { get; init; }

    /// <summary>Kind of interface: "desktop", "touch", ...</summary>
    public string? Ui { get; init; }

    public string? Experiment { get; init; }

    /// <summary>Where the settings take the model from: "fast_data", "rtmr" or "doc_attr".</summary>
    public string? Source { get; init; }

    /// <summary>Generation of the model; 0 for none.</summary>
    public long Epoch { get; init; }

    /// <summary>Commit of that generation, hexadecimal.</summary>
    public string? Commit { get; init; }

    /// <summary>The hash from which the random numbers of this decision were made.</summary>
    public ulong Draw { get; init; }

    /// <summary>Classes that could be chosen among; 0 where it is not known.</summary>
    public uint ClassCount { get; init; }

    /// <summary>Of the settings under which was decided.</summary>
    public ulong ConfigHash { get; init; }

    /// <summary>Length of the salt's period in minutes.</summary>
    public uint SaltMinutes { get; init; }

    /// <summary>Classes that a local bundle reached on each side of the pivot.</summary>
    public uint LocalRadius { get; init; }

    /// <summary>Share of the uniform distribution in the bundle.</summary>
    public double UniformShare { get; init; }
}
