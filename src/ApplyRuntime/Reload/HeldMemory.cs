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
    private long _count; // how often it was counted

    /// <summary>A model that several generations share counts once.</summary>
    public long Bytes()
    {
        var current = slot.Current;
        if (ReferenceEquals(current, _of) && retired.Count == _waiting) return _bytes; // generations only join the waiting ones when the current one changes
        (_of, _waiting) = (current, retired.Count);
        (_count, _bytes) = (_count + 1, 0);
        if (current is not null) Add(current);
        for (var i = 0; i < _waiting; i++) Add(retired.Waiting[i]);
        return _bytes;
    }

    private void Add(Generation generation)
    {
        for (var i = 0; i < generation.InOrder.Count; i++)
        {
            var model = generation.InOrder[i];
            if (model.IsFirstOf(_count)) _bytes += model.Entry.Length;
        }
    }
}
