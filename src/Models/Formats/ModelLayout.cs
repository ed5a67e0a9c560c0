using Delivery.Models.Wire;

namespace Delivery.Models.Formats;

/// <summary>Where everything lies in one checked model file. Holds no bytes of it: the caller keeps those and passes them in.</summary>
public sealed class ModelLayout
{
    internal ModelLayout(ModelHeader header, IReadOnlyList<TensorLayout> tensors) => (Header, Tensors) = (header, tensors);

    /// <summary>Who and what the model is. Shared: do not change it.</summary>
    public ModelHeader Header { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<TensorLayout> Tensors { get; }

    /// <exception cref="InvalidModelException">The model has no tensor of that name.</exception>
    public TensorLayout Tensor(string name) =>
        Tensors.FirstOrDefault(t => t.Name == name)
        ?? throw new InvalidModelException($"The model '{Header.Name}' of kind '{Header.Kind}' has no tensor '{name}'.");

    /// <summary>Walks the whole file once without copying it and checks every length, offset, shape and count against it.</summary>
    /// <param name="file">Exactly one model file, at any alignment.</param>
    /// <remarks>Copies the header out and nothing else. Any thread. Reads nothing outside <paramref name="file"/>.</remarks>
    /// <exception cref="InvalidModelException">Anything malformed, cut short, oversized, duplicated, NaN or infinite.</exception>
    public static ModelLayout Read(ReadOnlySpan<byte> file)
    {
        var wire = new WireReader(file, "the file");
        if (!wire.Next() || wire.Field != Model.HeaderFieldNumber) wire.Fail("the file does not begin with a header");
        wire.Once("header");
        var header = HeaderReader.Read(wire.ReadMessage("header", HeaderReader.Owner));
        var tensors = new List<TensorLayout>();
        while (wire.Next())
        {
            switch (wire.Field)
            {
                case Model.HeaderFieldNumber:
                    wire.Once("header");
                    break;
                case Model.TensorsFieldNumber:
                    if (tensors.Count == ModelLimits.MaxTensors) wire.Fail($"the file has more than {ModelLimits.MaxTensors} tensors");
                    var tensor = TensorReader.Read(wire.ReadMessage("tensor", $"tensor {tensors.Count}"));
                    if (tensors.Exists(t => t.Name == tensor.Name)) wire.Fail($"the file has two tensors '{tensor.Name}'");
                    tensors.Add(tensor);
                    break;
                default:
                    wire.FailUnknown();
                    break;
            }
        }
        if (tensors.Count == 0) wire.Fail("the file has no tensor");
        return new ModelLayout(header, tensors);
    }
}
