namespace Delivery.FastData.Git.Control;

/// <summary><c>control/freeze.json</c>: while it is in force nothing is published. <see cref="FastDataPublisher"/> enforces it.</summary>
public static class Freeze
{
    /// <summary>The file's name in <c>control/</c>.</summary>
    public const string FileName = "freeze.json";

    /// <summary>The freeze of a tip, also one that is past; null for none.</summary>
    /// <exception cref="FastDataException">The committed file is no freeze.</exception>
    public static ControlOrder? Read(FastDataTip tip) => Read(tip.Control, tip.Commit);

    /// <summary>The file for a freeze; null for none, which removes it.</summary>
    public static ReadOnlyMemory<byte>? Write(ControlOrder? order)
    {
        if (order is null) return null; // in a conditional expression null would become an empty file
        return ControlFile.WriteOne(ControlEntry.Of(order));
    }

    internal static ControlOrder? Read(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> control, CommitId? commit) => ControlFile.ReadOne(control, commit, FileName)?.Order;
}
