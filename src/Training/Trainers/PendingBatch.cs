namespace Delivery.Training.Trainers;

/// <summary>Items that wait for the next step.</summary>
internal sealed class PendingBatch(int featureCount)
{
    private readonly List<Item> _items = [];
    private float[] _features = [];

    /// <summary>One item without its features.</summary>
    public readonly record struct Item(int Shown, double Propensity, double Reward, long EventMs);

    public int Count => _items.Count;

    public IReadOnlyList<Item> Items => _items;

    /// <summary>Features of all items, one after the other. The array is the batch's own.</summary>
    public ArraySegment<float> AllFeatures => new(_features, 0, Count * featureCount);

    public ReadOnlySpan<float> Features(int index) => _features.AsSpan(index * featureCount, featureCount);

    /// <param name="item">The item.</param>
    /// <param name="features">Copied.</param>
    public void Add(Item item, ReadOnlySpan<float> features)
    {
        var end = (Count + 1) * featureCount;
        if (end > _features.Length) Array.Resize(ref _features, Math.Max(end, 2 * _features.Length));
        features.CopyTo(_features.AsSpan(end - featureCount));
        _items.Add(item);
    }

    public void Clear() => _items.Clear();
}
