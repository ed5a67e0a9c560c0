namespace Delivery.FastData.Git.Maintaining;

/// <summary>What a run of <see cref="FolderMaintenance"/> keeps and how much it does. Immutable: derive variants with <c>with</c>.</summary>
public sealed record MaintenanceOptions
{
    /// <summary>How long weights stay in the hot repository after they were last live. Default 14 days, from 0 to 3,650 days.</summary>
    public TimeSpan KeepWeights { get; init; } = TimeSpan.FromDays(14);

    /// <summary>The cold directory, which may be on another disk; null for the folder's own name with <c>-cold</c> after it.</summary>
    public string? Cold { get; init; }

    /// <summary>Most commits whose old weights one run moves. Default 5,000, at least 1.</summary>
    public int MaxCommits { get; init; } = 5_000;

    /// <summary>Most bytes of weights that one run moves, and most bytes of new packs that it puts together. Default 4 GiB, at least 1 MiB.</summary>
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>How long a generation's live files stay for readers that are behind. Default 24 hours.</summary>
    public TimeSpan KeepGenerations { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long to wait for a publish that holds the folder. Default 30 s.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The git program. Default: the <c>git</c> of the path.</summary>
    public string GitProgram { get; init; } = "git";

    /// <summary>Where the cold side of a folder is.</summary>
    /// <exception cref="FastDataException">It lies in the fast-data folder, where verify and git would take it for something else.</exception>
    public string ColdOf(FolderLayout layout)
    {
        var cold = Path.TrimEndingDirectorySeparator(Path.GetFullPath(Cold ?? layout.Root + "-cold"));
        return (cold + Path.DirectorySeparatorChar).StartsWith(layout.Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? throw new FastDataException($"{cold}: the cold directory lies in the fast-data folder. Name one outside it, such as {layout.Root}-cold (history.cold).")
            : cold;
    }

    /// <summary>Every mistake with the value found; none when usable.</summary>
    public IEnumerable<string> Problems()
    {
        if (KeepWeights < TimeSpan.Zero || KeepWeights > TimeSpan.FromDays(3650)) yield return $"{nameof(KeepWeights)} is {KeepWeights}; it needs 0 to 3650 days.";
        if (Cold is { } cold && string.IsNullOrWhiteSpace(cold)) yield return $"{nameof(Cold)} is empty; it needs a directory.";
        if (MaxCommits < 1) yield return $"{nameof(MaxCommits)} is {MaxCommits}; it needs 1 or more.";
        if (MaxBytes < 1 << 20) yield return $"{nameof(MaxBytes)} is {MaxBytes}; it needs 1 MiB or more.";
    }
}

/// <summary>What a run of <see cref="FolderMaintenance"/> did, or in a dry run would do.</summary>
public sealed record MaintenanceReport
{
    /// <summary>Whether only a look was taken.</summary>
    public bool DryRun { get; init; }

    /// <summary>Weights that left for the cold side.</summary>
    public int WeightsMoved { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesMoved { get; init; }

    /// <summary>Months of the cold side that were written to, such as <c>2026-11</c>.</summary>
    public IReadOnlyList<string> Months { get; init; } = [];

    /// <summary>Packs of the hot repository before and after.</summary>
    public int PacksBefore { get; init; }

    /// <inheritdoc cref="PacksBefore"/>
    public int PacksAfter { get; init; }

    /// <summary>Bytes of these packs.</summary>
    public long HotBytesBefore { get; init; }

    /// <inheritdoc cref="HotBytesBefore"/>
    public long HotBytesAfter { get; init; }

    /// <summary>Bytes of the cold side; 0 while it is away.</summary>
    public long ColdBytes { get; init; }

    /// <summary>Live files, manifests and temporary files that were removed.</summary>
    public int FilesRemoved { get; init; }

    /// <summary>Whether a limit of the run was reached: another run has more to do.</summary>
    public bool More { get; init; }

    /// <summary>What could not be done and why; the rest was done.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How long it took.</summary>
    public double DurationSeconds { get; init; }
}
