using System.Runtime.InteropServices;
using System.Text;
using Delivery.Models.Numerics;
using Delivery.Models.Wire;

namespace Delivery.Models.Formats;

/// <summary>One tensor checked and measured: where it stands in the file, and how much padding lets its values start evenly.</summary>
/// <remarks>
/// The padding stands before the values and inside the tensor, so it lengthens the tensor, and with it perhaps the varint
/// that says the tensor's length, which stands before all of it and pushes the values on by one more byte. Trying 0, 1, 2 ...
/// bytes ends by 127: that varint grows at one of these sizes at most, so 64 sizes in a row lie on one side of the step, and
/// they reach every remainder of 64.
/// </remarks>
internal sealed class TensorPlan
{
    private readonly FloatTensor _tensor;
    private readonly TensorShape _grid;
    private readonly int _stride;
    private readonly int _padding;
    private readonly int _bodyLength;

    private TensorPlan(FloatTensor tensor, TensorShape grid, int stride, int padding, int bodyLength, long end) =>
        (_tensor, _grid, _stride, _padding, _bodyLength, End) = (tensor, grid, stride, padding, bodyLength, end);

    /// <summary>Bytes from the start of the file to what follows the tensor.</summary>
    public long End { get; }

    private int ValueBytes => _grid.Rows * _stride * sizeof(float);

    /// <param name="tensor">What to write.</param>
    /// <param name="start">Bytes from the start of the file to the tensor.</param>
    /// <exception cref="InvalidModelException">It is no valid tensor.</exception>
    public static TensorPlan For(FloatTensor tensor, long start)
    {
        if (!ModelLimits.IsName(tensor.Name)) throw new InvalidModelException($"A tensor is called '{tensor.Name}'; expected 1 to {ModelLimits.MaxNameLength} characters of A-Z a-z 0-9 _.");
        int[] shape = [.. tensor.Shape];
        if (TensorShape.Of(shape, out var problem) is not { } grid) throw new InvalidModelException($"The tensor '{tensor.Name}' {problem}.");
        if (tensor.Values.Length != grid.Rows * grid.Columns)
        {
            throw new InvalidModelException($"The tensor '{tensor.Name}' of shape [{string.Join(", ", shape)}] has {tensor.Values.Length} values; expected {grid.Rows * grid.Columns}.");
        }
        var bad = Finite.IndexOfNonFinite(tensor.Values.Span);
        if (bad >= 0) throw new InvalidModelException($"Value {bad} of the tensor '{tensor.Name}' is {tensor.Values.Span[bad]}; expected a finite number.");

        var stride = RowProduct.Stride(grid.Columns);
        var valueBytes = (long)grid.Rows * stride * sizeof(float);
        if (valueBytes > Array.MaxLength) throw new InvalidModelException($"The tensor '{tensor.Name}' needs {valueBytes} bytes; a file has at most {Array.MaxLength}.");
        for (var padding = 0; ; padding++)
        {
            var beforeValues = LengthBeforeValues(tensor.Name, shape, stride, padding, valueBytes);
            var body = beforeValues + valueBytes;
            var bodyStart = start + WireWriter.SizeOfTag(Model.TensorsFieldNumber) + WireWriter.SizeOfVarint((ulong)body);
            if ((bodyStart + beforeValues) % ModelLimits.StartAlignment == 0)
            {
                return new TensorPlan(tensor, grid, stride, padding, (int)Math.Min(body, int.MaxValue), bodyStart + body);
            }
        }
    }

    public void Write(ref WireWriter wire)
    {
        wire.WriteStart(Model.TensorsFieldNumber, _bodyLength);
        wire.WriteStart(Tensor.NameFieldNumber, _tensor.Name.Length);
        Encoding.ASCII.GetBytes(_tensor.Name, wire.Take(_tensor.Name.Length));
        wire.WriteStart(Tensor.ShapeFieldNumber, LengthOfShape(_tensor.Shape));
        foreach (var dimension in _tensor.Shape) wire.WriteVarint((ulong)dimension);
        wire.WriteVarint(Tensor.RowStrideFieldNumber, (ulong)_stride);
        if (_padding > 0)
        {
            wire.WriteStart(Tensor.PaddingFieldNumber, _padding);
            wire.Take(_padding);
        }
        wire.WriteStart(Tensor.F32FieldNumber, ValueBytes);
        var target = MemoryMarshal.Cast<byte, float>(wire.Take(ValueBytes));
        var source = _tensor.Values.Span;
        for (var row = 0; row < _grid.Rows; row++)
        {
            source.Slice(row * _grid.Columns, _grid.Columns).CopyTo(target[(row * _stride)..]);
        }
    }

    private static long LengthBeforeValues(string name, int[] shape, int stride, int padding, long valueBytes) =>
        LengthOfField(Tensor.NameFieldNumber, name.Length)
        + LengthOfField(Tensor.ShapeFieldNumber, LengthOfShape(shape))
        + WireWriter.SizeOfTag(Tensor.RowStrideFieldNumber) + WireWriter.SizeOfVarint((ulong)stride)
        + (padding == 0 ? 0 : LengthOfField(Tensor.PaddingFieldNumber, padding))
        + WireWriter.SizeOfTag(Tensor.F32FieldNumber) + WireWriter.SizeOfVarint((ulong)valueBytes);

    private static long LengthOfField(int field, int length) => WireWriter.SizeOfTag(field) + WireWriter.SizeOfVarint((ulong)length) + length;

    private static int LengthOfShape(IReadOnlyList<int> shape)
    {
        var length = 0;
        foreach (var dimension in shape) length += WireWriter.SizeOfVarint((ulong)dimension);
        return length;
    }
}
