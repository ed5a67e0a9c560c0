using Delivery.Models;

namespace Delivery.FastData.Git.Control;

/// <summary>A model that is held at one version.</summary>
/// <param name="Name">The model.</param>
/// <param name="Content">SHA-256 of the file that it is held at.</param>
/// <param name="Commit">A commit that has that file.</param>
/// <param name="Order">Who, why and how long.</param>
public sealed record Pin(ModelName Name, ContentHash Content, CommitId Commit, ControlOrder Order);

/// <summary><c>control/pins.json</c>: every pinned model, ordered by name.</summary>
public static class Pins
{
    /// <summary>The file's name in <c>control/</c>.</summary>
    public const string FileName = "pins.json";

    /// <summary>The pins of a tip, those that are past included.</summary>
    /// <exception cref="FastDataException">The committed file holds no pins.</exception>
    public static IReadOnlyList<Pin> Read(FastDataTip tip) =>
        ControlFile.ReadList(tip.Control, tip.Commit, FileName, fields => new Pin(fields.Name, fields.Content, fields.Commit, fields.Order), pin => pin.Name);

    /// <summary>The file for these pins; null for none, which removes it.</summary>
    public static ReadOnlyMemory<byte>? Write(IEnumerable<Pin> pins) =>
        ControlFile.WriteList([.. pins.OrderBy(pin => pin.Name).Select(pin => ControlEntry.Of(pin.Order, pin.Name, pin.Content, pin.Commit))]);
}
