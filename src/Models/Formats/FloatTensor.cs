namespace Delivery.Models.Formats;

/// <summary>Numbers to be written: row-major and without padding, which the writer adds.</summary>
/// <param name="Name">Unique within the model; 1 to 128 characters of <c>A-Z a-z 0-9 _</c>.</param>
/// <param name="Shape">Outermost first, each at least 1; their product is the length of <paramref name="Values"/>.</param>
/// <param name="Values">Finite numbers. Not copied: must not change until the writer returns.</param>
public sealed record FloatTensor(string Name, IReadOnlyList<int> Shape, ReadOnlyMemory<float> Values);
