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
    /// <exception cref="InvalidModelException">Anything malformed, cut short, oversized, duplicated, NaN or infinite.</exception>
    public static ModelLayout Read(ReadOnlySpan<byte> file) => throw new NotSupportedException();
}
