using System.Globalization;
using Delivery.Models.Formats;
using Delivery.Models.Wire;

namespace Delivery.Cli.Verbs;

/// <summary>The header of a model file.</summary>
internal sealed record HeaderReport(
    string Name, string Kind, uint ModelVersion, IReadOnlyList<SourceReport> Sources, uint ClassCount, uint FeatureCount, ulong RequestCount, ulong BatchCount,
    DateTimeOffset? Created, DateTimeOffset? TrainedUntil, string ConfigHash, string Intent, string Objective, uint Format)
{
    public static HeaderReport Of(ModelHeader header) => new(
        header.Name, header.Kind, header.ModelVersion, [.. header.Sources.Select(source => new SourceReport(source.Name, source.Count))],
        header.ClassCount, header.FeatureCount, header.RequestCount, header.BatchCount, header.Created?.ToDateTimeOffset(), header.TrainedUntil?.ToDateTimeOffset(),
        header.ConfigHash.ToString("x16", CultureInfo.InvariantCulture), header.Intent, header.Objective, header.Format);

    /// <summary>As lines for people.</summary>
    public IEnumerable<(string Label, string? Value)> Facts() =>
    [
        ("kind", $"{Kind}, version {ModelVersion}"),
        ("shape", $"{ClassCount} classes × {FeatureCount} features"),
        ("features", string.Join(", ", Sources.Select(source => $"{source.Name} ({source.Count})"))),
        ("requests", $"{RequestCount} processed, {BatchCount} batches"),
        ("trained until", TrainedUntil is { } until ? Output.Human.Time(until) : null),
        ("created", Created is { } created ? Output.Human.Time(created) : null),
        ("objective", Objective.Length > 0 ? Objective : null),
        ("intent", Intent.Length > 0 ? Intent : null),
        ("config hash", ConfigHash),
    ];
}

/// <summary>One part of the feature vector.</summary>
internal sealed record SourceReport(string Name, uint Count);

/// <summary>One tensor of a model file.</summary>
internal sealed record TensorReport(string Name, string Type, IReadOnlyList<int> Shape, int RowStride)
{
    public static TensorReport Of(TensorLayout tensor) => new(tensor.Name, tensor.Type.ToString(), tensor.Shape, tensor.RowStride);
}

/// <summary>All float weights of a model together, without the zeros that pad their rows.</summary>
/// <param name="Count">How many.</param>
/// <param name="Norm">√Σw².</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="MeanAbsolute">Mean |w|.</param>
internal sealed record WeightReport(long Count, double Norm, double Min, double Max, double MeanAbsolute)
{
    /// <summary>Null for a model without float weights.</summary>
    public static WeightReport? Of(ModelLayout layout, ReadOnlySpan<byte> file)
    {
        var (count, squares, sum, min, max) = (0L, 0.0, 0.0, double.PositiveInfinity, double.NegativeInfinity);
        foreach (var tensor in layout.Tensors.Where(tensor => tensor.Type == TensorType.F32))
        {
            var values = tensor.Floats(file);
            for (var row = 0; row < values.Length; row += tensor.RowStride)
            {
                foreach (double weight in values.Slice(row, tensor.Shape[^1]))
                {
                    count++;
                    squares += weight * weight;
                    sum += Math.Abs(weight);
                    (min, max) = (Math.Min(min, weight), Math.Max(max, weight));
                }
            }
        }
        return count == 0 ? null : new WeightReport(count, Math.Sqrt(squares), min, max, sum / count);
    }
}
