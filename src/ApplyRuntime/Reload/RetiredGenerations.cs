using Delivery.ApplyRuntime.Leasing;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Generations that are no longer current and wait for the end of their leases. Loader thread only.</summary>
internal sealed class RetiredGenerations
{
    private readonly List<Generation> _waiting = [];

    /// <summary>Those that wait.</summary>
    public IReadOnlyList<Generation> Waiting => _waiting;

    public int Count => _waiting.Count;

    /// <summary>Takes a generation that was just replaced; null is nothing.</summary>
    public void Add(Generation? generation)
    {
        if (generation is not null) _waiting.Add(generation);
    }

    /// <summary>Releases those without a lease. Never waits.</summary>
    public void Drain() => _waiting.RemoveAll(generation =>
    {
        if (!generation.Leases.EachIsZero()) return false;
        generation.Release();
        return true;
    });
}
