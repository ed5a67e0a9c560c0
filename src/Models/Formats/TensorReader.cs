using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Delivery.Models.Kinds;
using Delivery.Models.Numerics;
using Delivery.Models.Wire;

namespace Delivery.Models.Formats;

/// <summary>Reads one tensor: finds where its values lie and holds them to its shape, without copying any.</summary>
internal static class TensorReader
{
    /// <summary>Most tensors are called so: theirs is always the same text.</summary>
    private static ReadOnlySpan<byte> UsualName => "weights"u8;

    /// <param name="wire">The tensor's bytes, not walked yet.</param>
    /// <exception cref="InvalidModelException">They are no tensor of this format.</exception>
    public static TensorLayout Read(WireReader wire)
    {
        string? name = null;
        int[] shape = [];
        var stride = 0;
        TensorType? type = null;
        var offset = 0;
        ReadOnlySpan<byte> values = default;
        while (wire.Next())
        {
            switch (wire.Field)
            {
                case Tensor.NameFieldNumber:
                    wire.Once("name");
                    name = ReadName(ref wire);
                    wire.Name = name;
                    break;
                case Tensor.ShapeFieldNumber:
                    wire.Once("shape");
                    shape = ReadShape(wire.ReadPacked("shape"));
                    break;
                case Tensor.RowStrideFieldNumber:
                    wire.Once("row_stride");
                    stride = ToInt(wire, wire.ReadUInt32("row_stride"), "row_stride");
                    break;
                case Tensor.PaddingFieldNumber:
                    wire.Once("padding");
                    CheckPadding(ref wire);
                    break;
                case Tensor.F32FieldNumber or Tensor.U32FieldNumber or Tensor.RawFieldNumber:
                    if (type is not null) wire.Fail($"{wire.Owner} has values twice; expected one of f32, u32 and raw, once");
                    type = TypeOf(wire.Field);
                    values = wire.ReadBytes(NameOf(type.Value));
                    offset = wire.Position - values.Length;
                    break;
                default:
                    wire.FailUnknown();
                    break;
            }
        }
        if (name is null) wire.Fail($"{wire.Owner} has no name");
        if (type is null) wire.Fail($"{wire.Owner} has no values; expected one of f32, u32 and raw");
        var size = SizeOf(type.Value);
        var grid = TensorShape.Of(shape, out var problem) ?? throw wire.Error($"{wire.Owner} {problem}");
        if (grid.StrideProblem(stride, type.Value) is { } wrong) wire.Fail($"{wire.Owner} {wrong}");
        if (values.Length != (long)grid.Rows * stride * size)
        {
            wire.Fail($"{wire.Owner} has {values.Length} bytes of {NameOf(type.Value)}; {grid.Rows} rows of {stride} make {(long)grid.Rows * stride * size}");
        }
        CheckValues(ref wire, type.Value, values, offset);
        CheckRowEnds(ref wire, values, offset, grid.Columns * size, stride * size);
        return new TensorLayout(name, shape, stride, type.Value, offset, values.Length / size);
    }

    private static string ReadName(ref WireReader wire)
    {
        var text = wire.ReadText("name");
        var name = text.SequenceEqual(UsualName) ? LinearSoftmax.WeightsName : Encoding.UTF8.GetString(text);
        if (!ModelLimits.IsName(name)) wire.Fail($"{wire.Owner} has a name that is not 1 to {ModelLimits.MaxNameLength} characters of A-Z a-z 0-9 _");
        return name;
    }

    private static int[] ReadShape(WireReader wire)
    {
        Span<int> dimensions = stackalloc int[ModelLimits.MaxDimensions];
        var count = 0;
        while (!wire.Rest.IsEmpty)
        {
            var dimension = ToInt(wire, wire.ReadPackedUInt32("shape"), "shape");
            if (count == dimensions.Length) wire.Fail($"{wire.Owner} has more than {ModelLimits.MaxDimensions} dimensions");
            dimensions[count++] = dimension;
        }
        return dimensions[..count].ToArray();
    }

    private static void CheckPadding(ref WireReader wire)
    {
        var padding = wire.ReadBytes("padding");
        if (padding.Length > ModelLimits.MaxPaddingBytes) wire.Fail($"{wire.Owner} has {padding.Length} bytes of padding; expected at most {ModelLimits.MaxPaddingBytes}");
        if (padding.ContainsAnyExcept((byte)0)) wire.Fail($"{wire.Owner} has padding that is not zero");
    }

    private static void CheckValues(ref WireReader wire, TensorType type, ReadOnlySpan<byte> values, int offset)
    {
        if (type != TensorType.F32) return;
        var bad = Finite.IndexOfNonFinite(MemoryMarshal.Cast<byte, float>(values));
        if (bad < 0) return;
        var at = bad * sizeof(float);
        throw WireReader.ErrorAt(offset + at, $"value {bad} of {wire.Owner} is {BinaryPrimitives.ReadSingleLittleEndian(values[at..])}; expected a finite number");
    }

    /// <summary>The end of a row is summed along with it, so anything but +0 there would change scores.</summary>
    private static void CheckRowEnds(ref WireReader wire, ReadOnlySpan<byte> values, int offset, int used, int stride)
    {
        if (used == stride) return;
        for (var row = 0; row < values.Length; row += stride)
        {
            var bad = values[(row + used)..(row + stride)].IndexOfAnyExcept((byte)0);
            if (bad >= 0) throw WireReader.ErrorAt(offset + row + used + bad, $"the padding of row {row / stride} of {wire.Owner} is not zero");
        }
    }

    private static int ToInt(WireReader wire, uint value, string field)
    {
        if (value > int.MaxValue) wire.Fail($"{field} of {wire.Owner} has {value}, more than a file can hold");
        return (int)value;
    }

    private static TensorType TypeOf(int field) => field switch
    {
        Tensor.F32FieldNumber => TensorType.F32,
        Tensor.U32FieldNumber => TensorType.U32,
        _ => TensorType.Raw,
    };

    private static string NameOf(TensorType type) => type switch
    {
        TensorType.F32 => "f32",
        TensorType.U32 => "u32",
        _ => "raw",
    };

    private static int SizeOf(TensorType type) => type == TensorType.Raw ? sizeof(byte) : sizeof(float);
}
