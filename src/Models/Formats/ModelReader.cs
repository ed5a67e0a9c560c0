using Delivery.Models.Wire;

namespace Delivery.Models.Formats;

/// <summary>Walks a whole model file once and checks every length, offset, shape and count against it.</summary>
internal static class ModelReader
{
    /// <param name="file">Exactly one model file, at any alignment.</param>
    /// <param name="header">The bytes of its header, not walked.</param>
    /// <exception cref="InvalidModelException">Anything malformed, cut short, oversized, duplicated, NaN or infinite.</exception>
    public static ModelOutline Read(ReadOnlySpan<byte> file, out WireReader header)
    {
        var wire = new WireReader(file, "the file");
        if (!wire.Next() || wire.Field != Model.HeaderFieldNumber) wire.Fail("the file does not begin with a header");
        wire.Once("header");
        header = wire.ReadMessage("header", HeaderReader.Owner);
        var fields = HeaderReader.Walk(header);
        TensorLayout[] tensors = [];
        while (wire.Next())
        {
            switch (wire.Field)
            {
                case Model.HeaderFieldNumber:
                    wire.Once("header");
                    break;
                case Model.TensorsFieldNumber:
                    if (tensors.Length == ModelLimits.MaxTensors) wire.Fail($"the file has more than {ModelLimits.MaxTensors} tensors");
                    var tensor = TensorReader.Read(wire.ReadMessage("tensor", "tensor", tensors.Length));
                    foreach (var other in tensors)
                    {
                        if (other.Name == tensor.Name) wire.Fail($"the file has two tensors '{tensor.Name}'");
                    }
                    tensors = [.. tensors, tensor];
                    break;
                default:
                    wire.FailUnknown();
                    break;
            }
        }
        if (tensors.Length == 0) wire.Fail("the file has no tensor");
        return new ModelOutline(fields, tensors);
    }
}
