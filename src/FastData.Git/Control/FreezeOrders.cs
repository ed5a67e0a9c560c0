namespace Delivery.FastData.Git.Control;

/// <summary>Orders about the freeze of all publishes.</summary>
internal static class FreezeOrders
{
    public static ControlStep Freeze(FastDataTip tip, DateTimeOffset now, ControlRequest request)
    {
        var order = ControlOrder.Of(request, now);
        var before = ReadOrNull(tip);
        var held = before?.IsInForce(now) == true;
        if (held && before!.Until == order.Until && before.Reason == order.Reason) return ControlStep.Refuse($"Delivery is frozen so already, {before.Words}.");
        var message = new ControlMessage("freeze", "Freeze delivery", request.Actor, request.Reason).Until(order.Until);
        var notes = held ? new[] { $"It takes the place of the freeze {before!.Words}." } : [];
        return ControlStep.Commit(message) with { Control = File(order), Notes = notes };
    }

    public static ControlStep Thaw(FastDataTip tip, DateTimeOffset now, ControlRequest request)
    {
        if (!tip.Control.ContainsKey(Control.Freeze.FileName)) return ControlStep.Refuse("Delivery is not frozen.");
        var before = ReadOrNull(tip);
        if (before?.IsInForce(now) == false) return ControlStep.Refuse($"Delivery is not frozen: the last freeze ended {ControlText.Time(before.Until!.Value)}.");
        var message = new ControlMessage("thaw", "Thaw delivery", request.Actor, request.Reason)
            .Line(before is null ? "It was frozen by a file that could not be read." : $"It was frozen {before.Words}");
        return ControlStep.Commit(message) with { Control = File(null) };
    }

    // A damaged file holds up all publishes, so it must not hold up its own removal.
    private static ControlOrder? ReadOrNull(FastDataTip tip)
    {
        try
        {
            return Control.Freeze.Read(tip);
        }
        catch (FastDataException)
        {
            return null;
        }
    }

    private static Dictionary<string, ReadOnlyMemory<byte>?> File(ControlOrder? order) => new() { [Control.Freeze.FileName] = Control.Freeze.Write(order) };
}
