using Delivery.FastData.Git.History;
using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>Orders about versions of models: roll back, pin, unpin. Each decides on one tip and changes nothing itself.</summary>
internal static class VersionOrders
{
    public static ControlStep Rollback(GitReader git, FastDataTip tip, DateTimeOffset now, ModelName? model, CommitId target, ControlRequest request)
    {
        if (model is { } name && Missing(git, name, target) is { } missing) return ControlStep.Refuse(missing);
        if (model is null && !GitReader.HasModels(git.Commit(target))) return ControlStep.Refuse($"Commit {target.Short} delivers no model at all.");
        var versions = OlderVersions.Read(git, tip, target, model);
        if (versions.Moves.Count == 0) return ControlStep.Refuse($"{(model is { } one ? $"'{one}' is" : "All models are")} as of commit {target.Short} already; no commit was made.");

        var state = ControlState.Read(tip, now);
        var pins = new PinChange(state, tip, versions);
        if (request.Until is not null) pins.Hold(model, target, ControlOrder.Of(request, now));
        else pins.Follow(target);
        var control = new Dictionary<string, ReadOnlyMemory<byte>?>();
        pins.AddTo(control);
        QuarantineOrders.ForMoves(tip, now, versions, $"rolled back to {target.Short} by {request.Actor.Name}: {request.Reason}").AddTo(control);
        RetireOrders.ComeBack(state, versions.Moves, control);
        var message = new ControlMessage("rollback", $"Roll back {model?.Value ?? "all models"} to {target.Short}", request.Actor, request.Reason)
            .Lines(versions.Moves).About(model).Trailer("To", target.Hex).Until(request.Until);
        return ControlStep.Commit(message) with { Models = versions, Control = control, Target = target, Notes = pins.Notes };
    }

    public static ControlStep PinLive(FastDataTip tip, DateTimeOffset now, ModelName model, ControlRequest request)
    {
        if (!tip.Models.TryGetValue(model, out var live)) return ControlStep.Refuse($"'{model}' is not delivered, so there is nothing to hold it at.");
        var pin = new Pin(model, live.Content, tip.Commit!.Value, ControlOrder.Of(request, now));
        return Hold(tip, now, pin, new OlderVersions([], [], []), $"Pin {model}", request, $"{model}: pinned at {live.Content.Hex[..8]}", null);
    }

    public static ControlStep PinTo(GitReader git, FastDataTip tip, DateTimeOffset now, ModelName model, CommitId target, ControlRequest request)
    {
        if (Missing(git, model, target) is { } missing) return ControlStep.Refuse(missing);
        var versions = OlderVersions.Read(git, tip, target, model);
        var move = versions.Moves.Count == 0 ? null : versions.Moves[0];
        var pin = new Pin(model, move?.After ?? tip.Models[model].Content, target, ControlOrder.Of(request, now));
        return Hold(tip, now, pin, versions, $"Pin {model} to {target.Short}", request, $"{model}: {(move is null ? "" : $"{move.Words}, ")}pinned at {pin.Content.Hex[..8]}", target);
    }

    public static ControlStep Unpin(FastDataTip tip, DateTimeOffset now, ModelName model, ControlRequest request)
    {
        var state = ControlState.Read(tip, now);
        if (!state.Pins.TryGetValue(model, out var pin)) return ControlStep.Refuse($"'{model}' is not pinned.");
        var message = new ControlMessage("unpin", $"Unpin {model}", request.Actor, request.Reason)
            .Line($"{model}: was pinned at {pin.Content.Hex[..8]} {pin.Order.Words}").About(model);
        return ControlStep.Commit(message) with { Control = Only(Pins.FileName, Pins.Write(state.Pins.Values.Where(other => other.Name != model))) };
    }

    private static ControlStep Hold(FastDataTip tip, DateTimeOffset now, Pin pin, OlderVersions versions, string subject, ControlRequest request, string line, CommitId? target)
    {
        var state = ControlState.Read(tip, now);
        if (versions.Moves.Count == 0 && state.Pins.TryGetValue(pin.Name, out var held) && held.Content == pin.Content && held.Order.Until == pin.Order.Until && held.Order.Reason == pin.Order.Reason)
        {
            return ControlStep.Refuse($"'{pin.Name}' is pinned so already, {held.Order.Words}.");
        }
        var control = Only(Pins.FileName, Pins.Write(state.Pins.Values.Where(other => other.Name != pin.Name).Append(pin)));
        QuarantineOrders.ForMoves(tip, now, versions, null).AddTo(control);
        RetireOrders.ComeBack(state, versions.Moves, control);
        var message = new ControlMessage("pin", subject, request.Actor, request.Reason).Line(line).About(pin.Name).Trailer("To", target?.Hex).Until(request.Until);
        return ControlStep.Commit(message) with { Models = versions, Control = control, Target = target };
    }

    private static string? Missing(GitReader git, ModelName name, CommitId target) =>
        GitReader.Has(git.Commit(target), name) ? null : $"Commit {target.Short} delivers no model '{name}'.";

    private static Dictionary<string, ReadOnlyMemory<byte>?> Only(string file, ReadOnlyMemory<byte>? content) => new() { [file] = content };
}
