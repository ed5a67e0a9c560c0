using Delivery.ApplyRuntime.Leasing;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Generations that are no longer current and wait for the end of their leases. Loader thread only.</summary>
/// <param name="slot">Where they were current.</param>
internal sealed class RetiredGenerations(GenerationSlot slot)
{
    private readonly List<Generation> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<Generation> Waiting => _waiting;

    /// <summary>How many were released so far.</summary>
    public long Released { get; private set; }

    /// <summary>Takes a generation that was just replaced; null is nothing.</summary>
    public void Add(Generation? generation)
    {
        if (generation is not null) _waiting.Add(generation);
    }

    /// <summary>Releases those without a lease. Never waits.</summary>
    public void Drain() => _waiting.RemoveAll(generation =>
    {
        if (!slot.IsFree(generation)) return false;
        generation.Release();
        Released++;
        return true;
    });
}
