using Delivery.ApplyRuntime.Leasing;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>How many bytes of models are in memory, counted anew only when that may have changed. Loader thread only.</summary>
/// <param name="slot">Has the generation in use.</param>
/// <param name="retired">Those that a lease still holds.</param>
internal sealed class HeldMemory(GenerationSlot slot, RetiredGenerations retired)
{
    private Generation? _of;
    private int _waiting;
    private long _bytes;

    /// <summary>A model that several generations share counts once.</summary>
    public long Bytes()
    {
        var current = slot.Current;
        if (ReferenceEquals(current, _of) && retired.Count == _waiting) return _bytes; // generations only join the waiting ones when the current one changes
        (_of, _waiting) = (current, retired.Count);
        IEnumerable<Generation> all = current is null ? retired.Waiting : retired.Waiting.Append(current);
        return _bytes = all.SelectMany(generation => generation.InOrder).Distinct().Sum(model => model.Entry.Length);
    }
}
