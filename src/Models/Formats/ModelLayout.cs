using System.Text;
using Delivery.Models.Wire;

namespace Delivery.Models.Formats;

/// <summary>Where everything lies in one checked model file. Holds no bytes of it: the caller keeps those and passes them in.</summary>
public sealed class ModelLayout
{
    private readonly TensorLayout[] _tensors;

    private ModelLayout(ModelHeader header, TensorLayout[] tensors) => (Header, _tensors) = (header, tensors);

    /// <summary>Who and what the model is. Shared: do not change it.</summary>
    public ModelHeader Header { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<TensorLayout> Tensors => _tensors;

    /// <summary>The same without the header's message.</summary>
    internal ModelOutline Outline => new(
        new HeaderFields
        {
            Name = Encoding.UTF8.GetBytes(Header.Name),
            Kind = Encoding.UTF8.GetBytes(Header.Kind),
            ModelVersion = Header.ModelVersion,
            ClassCount = Header.ClassCount,
            FeatureCount = Header.FeatureCount,
            SourceCount = Header.Sources.Count,
            RequestCount = Header.RequestCount,
            Created = Header.Created is { } created ? (created.Seconds, created.Nanos) : null,
            TrainedUntil = Header.TrainedUntil is { } until ? (until.Seconds, until.Nanos) : null,
        },
        _tensors);

    /// <exception cref="InvalidModelException">The model has no tensor of that name.</exception>
    public TensorLayout Tensor(string name) => Outline.Tensor(name);

    /// <summary>Walks the whole file once without copying it and checks every length, offset, shape and count against it.</summary>
    /// <param name="file">Exactly one model file, at any alignment.</param>
    /// <remarks>Copies the header out and nothing else. Any thread. Reads nothing outside <paramref name="file"/>.</remarks>
    /// <exception cref="InvalidModelException">Anything malformed, cut short, oversized, duplicated, NaN or infinite.</exception>
    public static ModelLayout Read(ReadOnlySpan<byte> file)
    {
        var outline = ModelReader.Read(file, out var header);
        return new ModelLayout(HeaderReader.Parse(header), [.. outline.Tensors]);
    }
}
