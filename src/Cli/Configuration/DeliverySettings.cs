using Delivery.FastData.Acknowledging;
using Delivery.FastData.Git.Maintaining;
using Delivery.FastData.Signing;
using Delivery.Updater;

namespace Delivery.Cli.Configuration;

/// <summary>All that <c>delivery.json</c>, the environment and the flags can say. Paths are absolute once read. Immutable.</summary>
public sealed record DeliverySettings
{
    /// <summary>The file that was read; null when there was none and defaults and environment alone count.</summary>
    public string? File { get; init; }

    /// <summary>The fast-data folder. Default <c>fast-data</c>.</summary>
    public string FastData { get; init; } = "fast-data";

    /// <summary>The file of the training store. Default <c>training.db</c>.</summary>
    public string Store { get; init; } = "training.db";

    /// <summary>How long a writer waits for another process that holds the folder. Default 30 s, from 0 to 1 h.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the live files of a generation stay for readers that are behind; three generations stay anyway. Default 24 h, from 0 to 3,650 days.</summary>
    public TimeSpan KeepGenerations { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The key that signs commits and manifests: a private one, or a public one whose private half an agent holds. Default null: unsigned.</summary>
    public string? SigningKey { get; init; }

    /// <summary>The file of allowed signers: writers and mirrors publish only what it allows, <c>follow</c> loads only that, <c>verify</c> finds all else. Default null: nothing is checked.</summary>
    public string? AllowedSigners { get; init; }

    /// <summary>Where search processes say what they have in use: <c>follow</c> writes there, <c>live</c> reads it. Default null: nowhere.</summary>
    public string? Acknowledgements { get; init; }

    /// <summary>From one maintenance of <c>delivery serve</c> to the next. Default 24 h, from 1 min to 365 days.</summary>
    public TimeSpan MaintainPeriod { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How maintenance works.</summary>
    public MaintenanceOptions Maintenance { get; init; } = new();

    /// <summary>How a mirror follows a remote.</summary>
    public MirrorSettings Mirror { get; init; } = new();

    /// <summary>How the updater works.</summary>
    public UpdaterOptions Updater { get; init; } = new();

    /// <summary>Every mistake with the value found; none when usable. A message begins with the member and <c> is </c>.</summary>
    public IEnumerable<string> Problems()
    {
        if (LockTimeout < TimeSpan.Zero || LockTimeout > TimeSpan.FromHours(1)) yield return $"{nameof(LockTimeout)} is {LockTimeout}; it needs 0 to 1 h.";
        if (KeepGenerations < TimeSpan.Zero || KeepGenerations > TimeSpan.FromDays(3650)) yield return $"{nameof(KeepGenerations)} is {KeepGenerations}; it needs 0 to 3650 days.";
        var trust = AllowedSigners is { } allowed ? new TrustPolicy { AllowedSigners = allowed }.Problems(FastData) : [];
        foreach (var problem in trust) yield return problem;
        if (Acknowledgements is { } directory && AcknowledgementFolder.Problem(directory, FastData) is { } wrong) yield return $"{nameof(Acknowledgements)} is {wrong}";
        if (MaintainPeriod < TimeSpan.FromMinutes(1) || MaintainPeriod > TimeSpan.FromDays(365)) yield return $"{nameof(MaintainPeriod)} is {MaintainPeriod}; it needs 1 min to 365 days.";
        foreach (var problem in Maintenance.Problems()) yield return problem;
        foreach (var problem in (Mirror.ToOptions(".", this) with { AllowedSigners = null }).Problems()) yield return $"{nameof(Mirror)}.{problem}";
        foreach (var problem in Updater.Problems()) yield return problem;
    }
}
