using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>Orders that take models out of delivery and let them in again.</summary>
internal static class RetireOrders
{
    public static ControlStep Retire(FastDataTip tip, DateTimeOffset now, ModelName model, ControlRequest request)
    {
        var state = ControlState.Read(tip, now);
        if (state.Retired.TryGetValue(model, out var already)) return ControlStep.Refuse($"'{model}' is retired already, {already.Order.Words}.");
        if (!tip.Models.TryGetValue(model, out var live)) return ControlStep.Refuse($"'{model}' is not delivered.");
        var move = new ModelMove(model, live.Content, null);
        var control = new Dictionary<string, ReadOnlyMemory<byte>?>
        {
            [Retired.FileName] = Retired.Write(state.Retired.Values.Append(new RetiredModel(model, ControlOrder.Of(request, now)))),
        };
        var pinned = state.Pins.ContainsKey(model);
        if (pinned) control[Pins.FileName] = Pins.Write(state.Pins.Values.Where(pin => pin.Name != model));
        var message = new ControlMessage("retire", $"Retire {model}", request.Actor, request.Reason).Lines([move]).About(model).Until(request.Until);
        return ControlStep.Commit(message) with
        {
            Models = new OlderVersions([], [model], [move]), Control = control, Notes = pinned ? [$"The pin of '{model}' went with it."] : [],
        };
    }

    public static ControlStep Unretire(FastDataTip tip, DateTimeOffset now, ModelName model, ControlRequest request)
    {
        var state = ControlState.Read(tip, now);
        if (!state.Retired.TryGetValue(model, out var retired)) return ControlStep.Refuse($"'{model}' is not retired.");
        var message = new ControlMessage("unretire", $"Let {model} be delivered again", request.Actor, request.Reason).Line($"{model}: was retired {retired.Order.Words}").About(model);
        var control = new Dictionary<string, ReadOnlyMemory<byte>?> { [Retired.FileName] = Retired.Write(state.Retired.Values.Where(other => other.Name != model)) };
        return ControlStep.Commit(message) with { Control = control };
    }

    /// <summary>Models that come back are retired no more.</summary>
    public static void ComeBack(ControlState state, IReadOnlyList<ModelMove> moves, Dictionary<string, ReadOnlyMemory<byte>?> control)
    {
        var back = moves.Where(move => move.After is not null).Select(move => move.Name).ToHashSet();
        if (state.Retired.Keys.Any(back.Contains)) control[Retired.FileName] = Retired.Write(state.Retired.Values.Where(model => !back.Contains(model.Name)));
    }
}
