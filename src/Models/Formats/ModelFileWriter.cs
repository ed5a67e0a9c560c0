using Delivery.Models.Wire;
using Google.Protobuf;

namespace Delivery.Models.Formats;

/// <summary>Writes model files: the same model gives the same bytes.</summary>
/// <remarks>
/// The bytes are those that a protobuf library writes for the same message: fields by number, defaults left out, packed
/// numbers, shortest varints. Any thread.
/// </remarks>
public static class ModelFileWriter
{
    /// <summary>The whole file. Rows are padded with zeros to a multiple of 16 values, and each tensor starts at a multiple of 64 bytes.</summary>
    /// <param name="header">Not changed; <c>format</c> is set in the file, whatever it is here.</param>
    /// <param name="tensors">1 to 64, written in this order.</param>
    /// <exception cref="InvalidModelException">What was given is no valid model: a reader would refuse it.</exception>
    public static byte[] Write(ModelHeader header, params IReadOnlyList<FloatTensor> tensors)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(tensors);
        var head = HeaderBytes(header);
        var plans = Plan(tensors, 1 + WireWriter.SizeOfVarint((ulong)head.Length) + head.Length, out var length);
        var file = new byte[length];
        var wire = new WireWriter(file);
        wire.WriteStart(Model.HeaderFieldNumber, head.Length);
        head.CopyTo(wire.Take(head.Length));
        foreach (var plan in plans) plan.Write(ref wire);
        return file;
    }

    private static byte[] HeaderBytes(ModelHeader header)
    {
        var head = header.Clone();
        head.Format = ModelLimits.Format;
        var bytes = head.ToByteArray();
        var read = HeaderReader.Read(new WireReader(bytes, HeaderReader.Owner)); // what a reader would refuse, it refuses here
        return read.Equals(head) ? bytes : throw new InvalidModelException("The header's intent or objective holds half a character, which UTF-8 cannot write.");
    }

    private static TensorPlan[] Plan(IReadOnlyList<FloatTensor> tensors, long start, out int length)
    {
        if (tensors.Count is < 1 or > ModelLimits.MaxTensors) throw new InvalidModelException($"There are {tensors.Count} tensors; expected 1 to {ModelLimits.MaxTensors}.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var plans = new TensorPlan[tensors.Count];
        for (var i = 0; i < plans.Length; i++)
        {
            if (!names.Add(tensors[i].Name)) throw new InvalidModelException($"Two tensors are called '{tensors[i].Name}'.");
            plans[i] = TensorPlan.For(tensors[i], start);
            start = plans[i].End;
        }
        if (start > Array.MaxLength) throw new InvalidModelException($"The model needs {start} bytes; a file has at most {Array.MaxLength}.");
        length = (int)start;
        return plans;
    }
}
