using Delivery.Models.Formats;
using Delivery.Models.Wire;

namespace Delivery.FastData.Git.History;

/// <summary>One weight that is not what it was.</summary>
/// <param name="Tensor">Where it stands.</param>
/// <param name="Row">Its row after, from 0; of a tensor with one row a class that is the class.</param>
/// <param name="Column">Its column after, from 0.</param>
/// <param name="Source">The feature source of the column; null where columns are no features.</param>
/// <param name="SourceIndex">Its place in the source, from 0; null where columns are no features.</param>
/// <param name="Before">Its value before.</param>
/// <param name="After">Its value now.</param>
public sealed record MovedWeight(string Tensor, int Row, int Column, string? Source, int? SourceIndex, float Before, float After)
{
    /// <summary>By how much it moved.</summary>
    public double Move => (double)After - Before;
}

/// <summary>What is different between two versions of a model. Weights are compared where both have them.</summary>
public sealed class ModelDifference
{
    private readonly PriorityQueue<MovedWeight, double> _largest = new();
    private readonly List<string> _notCompared = [];
    private readonly int _top;
    private double _move, _before, _after;

    private ModelDifference(int top, FeatureMap features) => (_top, Sources) = (top, features.Changes);

    /// <summary>Weights that both have.</summary>
    public long Compared { get; private set; }

    /// <summary>Those that differ in any bit.</summary>
    public long Moved { get; private set; }

    /// <summary>L2 norm of the move: √Σ(w′ − w)², over <see cref="Compared"/> weights.</summary>
    public double Norm => Math.Sqrt(_move);

    /// <summary>√Σw² of the same weights before.</summary>
    public double NormBefore => Math.Sqrt(_before);

    /// <summary>√Σw′² of the same weights after.</summary>
    public double NormAfter => Math.Sqrt(_after);

    /// <summary><see cref="Norm"/> by <see cref="NormBefore"/>; null when the weights were all 0.</summary>
    public double? RelativeNorm => _before > 0 ? Norm / NormBefore : null;

    /// <summary>Sources that were added, removed or changed in size.</summary>
    public IReadOnlyList<SourceChange> Sources { get; }

    /// <summary>What was left out of the comparison and why; empty when all was compared.</summary>
    public IReadOnlyList<string> NotCompared => _notCompared;

    /// <summary>The weights that moved most, the largest move first.</summary>
    public IReadOnlyList<MovedWeight> Largest { get; private set; } = [];

    /// <param name="before">A whole model file.</param>
    /// <param name="after">Another one.</param>
    /// <param name="top">How many of the largest moves are kept; 0 or more.</param>
    /// <exception cref="InvalidModelException">One of the files is no model.</exception>
    public static ModelDifference Between(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, int top)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        var (old, now) = (ModelLayout.Read(before), ModelLayout.Read(after));
        var features = new FeatureMap(old.Header, now.Header);
        var difference = new ModelDifference(top, features);
        foreach (var source in features.Changes) difference._notCompared.Add(Describe(source));
        foreach (var tensor in old.Tensors)
        {
            if (now.Tensors.FirstOrDefault(other => other.Name == tensor.Name) is { } other) difference.Compare(tensor, before, old.Header, other, after, now.Header, features);
            else difference._notCompared.Add($"tensor '{tensor.Name}' is gone");
        }
        foreach (var tensor in now.Tensors.Where(tensor => old.Tensors.All(other => other.Name != tensor.Name))) difference._notCompared.Add($"tensor '{tensor.Name}' is new");
        difference.Largest = [.. difference._largest.UnorderedItems.Select(item => item.Element).OrderByDescending(weight => Math.Abs(weight.Move)).ThenBy(weight => weight.Row).ThenBy(weight => weight.Column)];
        return difference;
    }

    private static string Describe(SourceChange source) => source switch
    {
        { Before: 0 } => $"source '{source.Name}' ({source.After}) is new",
        { After: 0 } => $"source '{source.Name}' ({source.Before}) is gone",
        _ => $"source '{source.Name}' had {source.Before} features and has {source.After}",
    };

    private void Compare(TensorLayout old, ReadOnlySpan<byte> before, ModelHeader oldHeader, TensorLayout now, ReadOnlySpan<byte> after, ModelHeader nowHeader, FeatureMap features)
    {
        if (old.Type != TensorType.F32 || now.Type != TensorType.F32)
        {
            if (old.Type != now.Type || !before.Slice(old.Offset, Bytes(old)).SequenceEqual(after.Slice(now.Offset, Bytes(now)))) _notCompared.Add($"tensor '{old.Name}' differs; it was {old.Type} and is {now.Type}");
            return;
        }
        var oldValues = old.Floats(before);
        var nowValues = now.Floats(after);
        if (IsByFeature(old, oldHeader) && IsByFeature(now, nowHeader))
        {
            foreach (var (oldRow, nowRow) in Classes((int)oldHeader.ClassCount, (int)nowHeader.ClassCount, old.Name))
            {
                foreach (var feature in features.Shared)
                {
                    Add(oldValues[(oldRow * old.RowStride) + feature.Before], nowValues[(nowRow * now.RowStride) + feature.After], now.Name, nowRow, feature.After, feature.Source, feature.Index);
                }
            }
        }
        else if (old.Shape.SequenceEqual(now.Shape))
        {
            for (var row = 0; row < oldValues.Length / old.RowStride; row++)
            {
                for (var column = 0; column < old.Shape[^1]; column++) Add(oldValues[(row * old.RowStride) + column], nowValues[(row * now.RowStride) + column], now.Name, row, column, null, null);
            }
        }
        else
        {
            _notCompared.Add($"tensor '{old.Name}' had the shape [{string.Join(", ", old.Shape)}] and has [{string.Join(", ", now.Shape)}]");
        }
    }

    // Classes are positions, and the last one is "not shown": it stays the last whatever comes before it.
    private IEnumerable<(int Old, int Now)> Classes(int old, int now, string tensor)
    {
        if (old != now) _notCompared.Add($"tensor '{tensor}' had {old} classes and has {now}: positions that both have are compared, and \"not shown\"");
        for (var i = 0; i < Math.Min(old, now) - 1; i++) yield return (i, i);
        yield return (old - 1, now - 1);
    }

    private void Add(float before, float after, string tensor, int row, int column, string? source, int? index)
    {
        Compared++;
        _before += (double)before * before;
        _after += (double)after * after;
        if (BitConverter.SingleToInt32Bits(before) == BitConverter.SingleToInt32Bits(after)) return;
        Moved++;
        var move = (double)after - before;
        _move += move * move;
        if (_largest.Count < _top) _largest.Enqueue(new MovedWeight(tensor, row, column, source, index, before, after), Math.Abs(move));
        else if (_largest.TryPeek(out _, out var least) && Math.Abs(move) > least) _largest.DequeueEnqueue(new MovedWeight(tensor, row, column, source, index, before, after), Math.Abs(move));
    }

    private static bool IsByFeature(TensorLayout tensor, ModelHeader header) =>
        tensor.Shape is [var rows, var columns] && rows == header.ClassCount && columns == header.FeatureCount;

    private static int Bytes(TensorLayout tensor) => tensor.Type == TensorType.Raw ? tensor.Count : tensor.Count * sizeof(uint);
}
