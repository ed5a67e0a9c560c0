using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>The orders of a tip that are in force at one time. Immutable.</summary>
public sealed record ControlState
{
    private ControlState() { }

    /// <summary>The freeze in force; null for none.</summary>
    public required ControlOrder? Freeze { get; init; }

    /// <summary>Pinned models by name.</summary>
    public required IReadOnlyDictionary<ModelName, Pin> Pins { get; init; }

    /// <summary>Retired models by name.</summary>
    public required IReadOnlyDictionary<ModelName, RetiredModel> Retired { get; init; }

    /// <summary>Files without the orders that are past, ready for the next commit; empty when none is.</summary>
    public required IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> WithoutExpired { get; init; }

    /// <summary>Reads what is in force.</summary>
    /// <exception cref="FastDataException">A control file is not as it must be.</exception>
    public static ControlState Read(FastDataTip tip, DateTimeOffset now)
    {
        var (freeze, pins, retired) = (Control.Freeze.Read(tip), Control.Pins.Read(tip), Control.Retired.Read(tip));
        var keptFreeze = freeze?.IsInForce(now) == true ? freeze : null;
        var keptPins = pins.Where(pin => pin.Order.IsInForce(now)).ToDictionary(pin => pin.Name);
        var keptRetired = retired.Where(model => model.Order.IsInForce(now)).ToDictionary(model => model.Name);
        var cleaned = new Dictionary<string, ReadOnlyMemory<byte>?>();
        if (keptFreeze != freeze) cleaned[Control.Freeze.FileName] = null;
        if (keptPins.Count < pins.Count) cleaned[Control.Pins.FileName] = Control.Pins.Write(keptPins.Values);
        if (keptRetired.Count < retired.Count) cleaned[Control.Retired.FileName] = Control.Retired.Write(keptRetired.Values);
        return new ControlState { Freeze = keptFreeze, Pins = keptPins, Retired = keptRetired, WithoutExpired = cleaned };
    }
}
