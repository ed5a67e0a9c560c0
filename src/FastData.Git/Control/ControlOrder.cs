namespace Delivery.FastData.Git.Control;

/// <summary>Who ordered something, when, why, and until when it holds. Times are UTC, in whole seconds.</summary>
/// <param name="Since">When it was ordered.</param>
/// <param name="Until">The first moment at which it no longer holds; null: until somebody takes it back.</param>
/// <param name="Actor">Who ordered it.</param>
/// <param name="Reason">Why, one line.</param>
public sealed record ControlOrder(DateTimeOffset Since, DateTimeOffset? Until, Actor Actor, string Reason)
{
    /// <summary>Whether it holds at that time. An order that no longer does counts as absent wherever it is read.</summary>
    public bool IsInForce(DateTimeOffset now) => Until is not { } until || now < until;

    /// <summary>For a sentence: <c>until 2026-03-01 12:00:00Z by ann: too few clicks</c>, or <c>since ...</c> when it has no end.</summary>
    public string Words => $"{(Until is { } until ? $"until {ControlText.Time(until)}" : $"since {ControlText.Time(Since)}")} by {Actor.Name}: {Reason}";

    internal static ControlOrder Of(ControlRequest request, DateTimeOffset now) => new(ControlText.WholeSeconds(now), request.Until, request.Actor, request.Reason ?? "no reason given");
}

/// <summary>What a person asks for has: who asks, why, and until when it is to hold.</summary>
/// <param name="Actor">Who asks.</param>
/// <param name="Reason">Why. Null or blank where an operation does not need one.</param>
/// <param name="Until">In the future; null for no end.</param>
public sealed record ControlRequest(Actor Actor, string? Reason, DateTimeOffset? Until = null)
{
    /// <summary>Why, in one line; null for none.</summary>
    public string? Reason { get; } = ControlText.OneLine(Reason);

    /// <summary>The end, rounded up to whole seconds; null for no end.</summary>
    public DateTimeOffset? Until { get; } = Until is { } until ? ControlText.WholeSeconds(until.AddTicks(Math.Min(TimeSpan.TicksPerSecond - 1, (DateTimeOffset.MaxValue - until).Ticks))) : null;
}
