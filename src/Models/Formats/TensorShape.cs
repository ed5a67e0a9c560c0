using Delivery.Models.Numerics;

namespace Delivery.Models.Formats;

/// <summary>How many rows a tensor has and how long they are: the last dimension is the row, all before it count rows.</summary>
internal readonly record struct TensorShape(int Rows, int Columns)
{
    /// <summary>Null, and what is wrong, unless there are 1 to 4 dimensions of at least 1 whose product a file can hold.</summary>
    public static TensorShape? Of(ReadOnlySpan<int> dimensions, out string problem)
    {
        problem = "";
        if (dimensions.Length is < 1 or > ModelLimits.MaxDimensions)
        {
            problem = $"has {dimensions.Length} dimensions; expected 1 to {ModelLimits.MaxDimensions}";
            return null;
        }
        var product = 1L;
        foreach (var dimension in dimensions)
        {
            if (dimension < 1) problem = $"has a dimension of {dimension}; expected at least 1";
            else if (product > int.MaxValue / dimension) problem = $"has the shape [{string.Join(", ", dimensions.ToArray())}], more values than a file can hold";
            if (problem.Length > 0) return null;
            product *= dimension;
        }
        return new TensorShape((int)(product / dimensions[^1]), dimensions[^1]);
    }

    /// <summary>Null when <paramref name="stride"/> can be the row stride of such values; else what is wrong with it.</summary>
    public string? StrideProblem(int stride, TensorType type) =>
        stride < Columns ? $"has a row stride of {stride}; its rows have {Columns} values"
        : type != TensorType.Raw && stride % RowProduct.Lanes != 0 ? $"has a row stride of {stride}; expected a multiple of {RowProduct.Lanes}"
        : null;
}
