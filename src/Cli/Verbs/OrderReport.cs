using Delivery.Cli.Output;
using Delivery.FastData.Git.Control;

namespace Delivery.Cli.Verbs;

/// <summary>Who ordered something, when, why and until when.</summary>
internal sealed record OrderReport(DateTimeOffset Since, DateTimeOffset? Until, string Actor, string Reason)
{
    public static OrderReport Of(ControlOrder order) => new(order.Since, order.Until, order.Actor.ToString(), order.Reason);

    /// <summary>For a sentence.</summary>
    public string Words() => Words(Since, Until, Actor, Reason);

    public static string Words(DateTimeOffset since, DateTimeOffset? until, string actor, string reason) =>
        $"since {Human.Time(since)}{(until is { } end ? $" until {Human.Time(end)}" : "")} by {actor}: {reason}";
}

/// <summary>A model that is held at a version.</summary>
internal sealed record PinReport(string Name, string Sha256, string Commit, DateTimeOffset Since, DateTimeOffset? Until, string Actor, string Reason)
{
    public static PinReport Of(Pin pin) =>
        new(pin.Name.Value, pin.Content.Hex, pin.Commit.Hex, pin.Order.Since, pin.Order.Until, pin.Order.Actor.ToString(), pin.Order.Reason);
}

/// <summary>A model that is out of delivery.</summary>
internal sealed record RetiredReport(string Name, DateTimeOffset Since, DateTimeOffset? Until, string Actor, string Reason)
{
    public static RetiredReport Of(RetiredModel model) => new(model.Name.Value, model.Order.Since, model.Order.Until, model.Order.Actor.ToString(), model.Order.Reason);
}
