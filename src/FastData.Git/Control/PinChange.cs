using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>What a rollback does to pins: they hold what is live, so they follow what moves.</summary>
internal sealed class PinChange(ControlState state, FastDataTip tip, OlderVersions versions)
{
    private readonly Dictionary<ModelName, Pin> _pins = state.Pins.ToDictionary();
    private readonly List<string> _notes = [];

    /// <summary>What follows for pins that were there, each a sentence.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Pins the one model, or all that are delivered then.</summary>
    public void Hold(ModelName? model, CommitId target, ControlOrder order)
    {
        Leave();
        var after = tip.Models.Values.Select(entry => (entry.Name, entry.Content)).ToDictionary(entry => entry.Name, entry => entry.Content);
        foreach (var move in versions.Moves)
        {
            if (move.After is { } content) after[move.Name] = content;
            else after.Remove(move.Name);
        }
        foreach (var (name, content) in model is { } one ? [new(one, after[one])] : after.AsEnumerable()) _pins[name] = new Pin(name, content, target, order);
    }

    /// <summary>Lets pins that are there hold what their models were moved to.</summary>
    public void Follow(CommitId target)
    {
        Leave();
        foreach (var move in versions.Moves)
        {
            if (move.After is not { } content || !_pins.TryGetValue(move.Name, out var pin)) continue;
            _pins[move.Name] = pin with { Content = content, Commit = target };
            _notes.Add($"'{move.Name}' stays pinned {pin.Order.Words}; the pin now holds {content.Hex[..8]}.");
        }
    }

    public void AddTo(Dictionary<string, ReadOnlyMemory<byte>?> control)
    {
        if (_pins.Count != state.Pins.Count || _pins.Values.Except(state.Pins.Values).Any()) control[Pins.FileName] = Pins.Write(_pins.Values);
    }

    private void Leave()
    {
        foreach (var move in versions.Moves.Where(move => move.After is null))
        {
            if (_pins.Remove(move.Name)) _notes.Add($"The pin of '{move.Name}' went with it.");
        }
    }
}
