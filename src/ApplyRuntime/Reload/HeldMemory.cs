using Delivery.ApplyRuntime.Leasing;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>How many bytes of models are in memory, counted anew only when that may have changed. Loader thread only.</summary>
internal sealed class HeldMemory
{
    private Generation? _of;
    private int _retired;
    private long _bytes;

    public long Bytes(Generation? current, RetiredGenerations retired)
    {
        if (ReferenceEquals(current, _of) && retired.Count == _retired) return _bytes;
        (_of, _retired) = (current, retired.Count);
        IEnumerable<Generation> all = current is null ? retired.Waiting : retired.Waiting.Append(current);
        return _bytes = all.SelectMany(generation => generation.InOrder).Distinct().Sum(model => model.Entry.Length);
    }
}
