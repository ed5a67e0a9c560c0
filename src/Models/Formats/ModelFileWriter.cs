using Delivery.Models.Wire;

namespace Delivery.Models.Formats;

/// <summary>Writes model files: the same model gives the same bytes.</summary>
public static class ModelFileWriter
{
    /// <summary>The whole file. Rows are padded with zeros to a multiple of 16 values, and each tensor starts at a multiple of 64 bytes.</summary>
    /// <exception cref="InvalidModelException">What was given is no valid model: a reader would refuse it.</exception>
    public static byte[] Write(ModelHeader header, params IReadOnlyList<FloatTensor> tensors) => throw new NotSupportedException();
}
