using System.Runtime.InteropServices;

namespace Delivery.Models.Formats;

/// <summary>The type of a tensor's values.</summary>
public enum TensorType
{
    F32,
    U32,
    Raw,
}

/// <summary>One tensor's place in a model file that <see cref="ModelLayout.Read"/> has checked.</summary>
/// <param name="Name">Unique within the model.</param>
/// <param name="Shape">Outermost first.</param>
/// <param name="RowStride">Values from the start of one row to the start of the next.</param>
/// <param name="Type">What the values are.</param>
/// <param name="Offset">Bytes from the start of the file to the first value.</param>
/// <param name="Count">Values, padding of the rows included; bytes for <see cref="TensorType.Raw"/>.</param>
public sealed record TensorLayout(string Name, IReadOnlyList<int> Shape, int RowStride, TensorType Type, int Offset, int Count)
{
    /// <summary>The values with the padding of their rows, straight over <paramref name="file"/>: the very bytes that were checked.</summary>
    public ReadOnlySpan<float> Floats(ReadOnlySpan<byte> file) => Type == TensorType.F32
        ? MemoryMarshal.Cast<byte, float>(file.Slice(Offset, Count * sizeof(float)))
        : throw new InvalidModelException($"The tensor '{Name}' holds {Type}, not {TensorType.F32}.");
}
