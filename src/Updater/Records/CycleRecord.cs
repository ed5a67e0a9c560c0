using System.Text.Json.Serialization;
using Delivery.FastData.Git.Control;
using Delivery.Updater.Validation;

namespace Delivery.Updater.Records;

/// <summary>How a cycle ended.</summary>
public enum CycleResult
{
    /// <summary>A new generation is live.</summary>
    Published,

    /// <summary>There was nothing to deliver.</summary>
    Unchanged,

    /// <summary>A trial: nothing was delivered, though something may have been accepted.</summary>
    DryRun,

    /// <summary>Told to stop before anything was delivered.</summary>
    Stopped,

    /// <summary>Delivery is frozen, and <see cref="CycleRecord.Freeze"/> says by whom: nothing was pulled, or what was pulled was not delivered.</summary>
    Frozen,

    /// <summary>Nothing was delivered, and <see cref="CycleRecord.Error"/> says why.</summary>
    Failed,
}

/// <summary>Where a name stands.</summary>
public enum ModelState
{
    /// <summary>The store has never had it, and it is not delivered.</summary>
    NeverSeen,

    /// <summary>The store has it.</summary>
    Present,

    /// <summary>The store had it, or it is delivered, and the store has it no more.</summary>
    Missing,

    /// <summary>A person took it out of delivery, whatever the store has.</summary>
    Retired,
}

/// <summary>One run of the update cycle.</summary>
public sealed record CycleRecord
{
    public required string Cycle { get; init; }
    public required DateTimeOffset Started { get; init; }
    public required double DurationSeconds { get; init; }
    public required CycleResult Result { get; init; }

    /// <summary>The live generation after the cycle; 0 when none is, or none could be read.</summary>
    public long Epoch { get; init; }

    /// <summary>The commit of <see cref="Epoch"/>.</summary>
    public string? Commit { get; init; }

    /// <summary>Why nothing was delivered; may have several lines.</summary>
    public string? Error { get; init; }

    /// <summary>What went wrong behind a delivery that stands; null when nothing did.</summary>
    public string? Warning { get; init; }

    /// <summary>What held the cycle up; null unless it is <see cref="CycleResult.Frozen"/>.</summary>
    public FreezeReport? Freeze { get; init; }

    /// <summary>One for each name of the list, in the order of names.</summary>
    public IReadOnlyList<ModelReport> Models { get; init; } = [];

    /// <summary>Delivered names that are not on the list: they stay as they are.</summary>
    public IReadOnlyList<string> Unlisted { get; init; } = [];
}

/// <summary>A freeze of all publishes.</summary>
/// <param name="Since">When it began.</param>
/// <param name="Until">When it ends by itself; null when somebody has to thaw it.</param>
/// <param name="Actor">Who froze, <c>name &lt;email&gt;</c>.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record FreezeReport(DateTimeOffset Since, DateTimeOffset? Until, string Actor, string Reason)
{
    internal static FreezeReport Of(ControlOrder order) => new(order.Since, order.Until, order.Actor.ToString(), order.Reason);
}

/// <summary>One model in one cycle.</summary>
public sealed record ModelReport
{
    public required string Name { get; init; }

    /// <summary><c>Accepted</c>, <c>Kept</c>, <c>Skipped</c> or <c>Rejected</c>. Accepted is delivered only in a cycle that published.</summary>
    public required string Outcome { get; init; }

    /// <summary>Why, in one line.</summary>
    public required string Reason { get; init; }

    public required ModelState State { get; init; }

    /// <summary>When the store was first found without it; null unless it is missing.</summary>
    public DateTimeOffset? MissingSince { get; init; }

    /// <summary>What was delivered before the cycle; null for nothing.</summary>
    public string? Sha256Before { get; init; }

    /// <summary>The candidate accepted or rejected; null without one.</summary>
    public string? Sha256Candidate { get; init; }

    public ulong? RequestCountBefore { get; init; }
    public ulong? RequestCountAfter { get; init; }

    /// <summary>Time spent on testing the candidate.</summary>
    public double DurationSeconds { get; init; }

    public GateReport? Gate { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CycleRecord))]
internal sealed partial class CycleJson : JsonSerializerContext;
