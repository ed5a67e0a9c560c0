namespace Delivery.Cli.Verbs;

/// <summary>What <c>delivery status --json</c> writes.</summary>
internal sealed record StatusReport
{
    public required string Folder { get; init; }
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The live generation; 0 before the first.</summary>
    public long Epoch { get; init; }
    public string? Commit { get; init; }
    public DateTimeOffset? CommittedAt { get; init; }
    public double? AgeSeconds { get; init; }
    public string? Subject { get; init; }

    /// <summary>A commit that is not live yet: its publish died, and the next update finishes it.</summary>
    public string? PendingCommit { get; init; }

    public int ModelCount { get; init; }
    public IReadOnlyList<LiveModelReport> Models { get; init; } = [];

    /// <summary>Time since the newest event that any live model learned from.</summary>
    public double? NewestTrainedAgeSeconds { get; init; }

    /// <summary>The same of the model that is furthest behind.</summary>
    public double? OldestTrainedAgeSeconds { get; init; }

    public LastCycleReport? LastCycle { get; init; }

    /// <summary>Failed cycles since the last one that did not fail.</summary>
    public int ConsecutiveFailures { get; init; }

    public IReadOnlyList<QuarantineReport> Quarantine { get; init; } = [];
    public IReadOnlyList<MissingReport> Missing { get; init; } = [];

    /// <summary>The freeze in force; null for none.</summary>
    public OrderReport? Freeze { get; init; }

    /// <summary>Models that are held at a version.</summary>
    public IReadOnlyList<PinReport> Pins { get; init; } = [];

    /// <summary>Models that are out of delivery.</summary>
    public IReadOnlyList<RetiredReport> Retired { get; init; } = [];

    /// <summary>All files of the folder.</summary>
    public long FolderBytes { get; init; }

    /// <summary>The history alone.</summary>
    public long RepositoryBytes { get; init; }

    /// <summary>Where weights go that are older than history.keepWeights.</summary>
    public required string ColdFolder { get; init; }

    /// <summary>Bytes of the cold side; 0 while it is away or nothing was moved yet.</summary>
    public long ColdBytes { get; init; }
    public bool ColdIsAway { get; init; }

    /// <summary>What the newest week added to the history in a day; null with less than an hour of history.</summary>
    public double? GrowthBytesPerDay { get; init; }

    /// <summary>Free space of the disk that has less of it, the folder's or the cold side's.</summary>
    public long FreeBytes { get; init; }

    /// <summary>When that is used up at this rate; null when nothing grows.</summary>
    public DateOnly? DiskFullOn { get; init; }

    /// <summary>Damaged or unreadable files.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}

/// <summary>One live model.</summary>
internal sealed record LiveModelReport(string Name, string Kind, string Sha256, long SizeBytes, ulong? RequestCount, DateTimeOffset? TrainedUntil);

/// <summary>The newest cycle on record.</summary>
internal sealed record LastCycleReport(
    string Cycle, DateTimeOffset Started, double AgeSeconds, double DurationSeconds, string Result, string? Error, IReadOnlyDictionary<string, int> Outcomes);

/// <summary>Rejected content that is not tried again until it is released.</summary>
internal sealed record QuarantineReport(string Name, string Sha256, DateTimeOffset Since, string Reason);

/// <summary>A listed model that the training store has no more.</summary>
internal sealed record MissingReport(string Name, DateTimeOffset? Since);
