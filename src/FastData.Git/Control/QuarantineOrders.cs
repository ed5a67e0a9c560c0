using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>Orders about the quarantine: what a rollback puts in, and what a person lets out.</summary>
internal sealed class QuarantineOrders
{
    private readonly IReadOnlyList<QuarantinedContent> _before;
    private readonly IReadOnlyList<QuarantinedContent> _after;

    private QuarantineOrders(IReadOnlyList<QuarantinedContent> before, IReadOnlyList<QuarantinedContent> after) => (_before, _after) = (before, after);

    /// <summary>
    /// What is live again leaves the quarantine; what was moved away from goes in. With it the content that the trainer exported for it, or the
    /// store's next offer of the same training would bring it back.
    /// </summary>
    /// <param name="tip">What is delivered.</param>
    /// <param name="now">When it goes in.</param>
    /// <param name="versions">What moves.</param>
    /// <param name="why">Why it goes in; null: it does not.</param>
    public static QuarantineOrders ForMoves(FastDataTip tip, DateTimeOffset now, OlderVersions versions, string? why)
    {
        List<ModelMove> moves = [.. versions.Moves, .. versions.Trained];
        var before = Quarantine.Read(tip);
        var live = moves.Where(move => move.After is not null).Select(move => (move.Name, move.After!.Value)).ToHashSet();
        var left = moves.Where(move => why is not null && move.Before is not null && move.Before != move.After)
            .Select(move => new QuarantinedContent(move.Name, move.Before!.Value, ControlText.WholeSeconds(now), why!))
            .Where(entry => !live.Contains((entry.Name, entry.Content)));
        return new QuarantineOrders(before, [.. before.Where(entry => !live.Contains((entry.Name, entry.Content))), .. left]);
    }

    public void AddTo(Dictionary<string, ReadOnlyMemory<byte>?> control)
    {
        if (!_after.SequenceEqual(_before)) control[Quarantine.FileName] = Quarantine.Write(_after);
    }

    public static ControlStep Release(FastDataTip tip, ModelName model, ControlRequest request)
    {
        var split = Quarantine.Read(tip).ToLookup(entry => entry.Name == model);
        var released = split[true].ToList();
        if (released.Count == 0) return ControlStep.Refuse($"Nothing of '{model}' is in quarantine.");
        var message = new ControlMessage("release", $"Release {model} from quarantine", request.Actor, request.Reason) { ByKey = "Released-By" };
        foreach (var entry in released) message.Line($"{model}: released {entry.Content.Hex[..8]}, rejected {ControlText.Time(entry.Since)}: {entry.Reason}");
        message.About(model);
        foreach (var entry in released) message.Trailer("Released", $"{model} {entry.Content}");
        return ControlStep.Commit(message) with { Control = new Dictionary<string, ReadOnlyMemory<byte>?> { [Quarantine.FileName] = Quarantine.Write(split[false]) }, Released = released };
    }
}
