using Delivery.Models.Wire;

namespace Delivery.Cli.Demo;

/// <summary>A log cut into consecutive chunks of as equal length as can be, read once from start to end.</summary>
/// <param name="items">The log.</param>
/// <param name="count">Its length.</param>
/// <param name="chunks">Into how many chunks it is cut.</param>
public sealed class ItemChunks(IEnumerable<PoolItem> items, int count, int chunks) : IDisposable
{
    private readonly IEnumerator<PoolItem> _items = items.GetEnumerator();
    private int _chunk;
    private int _taken;

    /// <summary>The next chunk; empty after the last.</summary>
    public IReadOnlyList<PoolItem> Next()
    {
        if (_chunk == chunks) return [];
        _chunk++;
        var end = (int)((long)count * _chunk / chunks);
        var chunk = new List<PoolItem>(end - _taken);
        for (; _taken < end && _items.MoveNext(); _taken++) chunk.Add(_items.Current);
        return chunk;
    }

    public void Dispose() => _items.Dispose();
}
