using Delivery.ApplyRuntime.Leasing;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Holds each generation to the memory that models may take, before any of it is loaded. Loader thread only.</summary>
/// <param name="slot">Has the generation in use.</param>
/// <param name="retired">Those that a lease still holds in memory.</param>
/// <param name="memory">What they hold now.</param>
/// <param name="limitBytes">What all held generations together may take; null for <see cref="DefaultBytes"/>.</param>
internal sealed class MemoryBudget(GenerationSlot slot, RetiredGenerations retired, HeldMemory memory, long? limitBytes)
{
    /// <summary>
    /// The load at which the collector itself calls memory short: most of what the machine has, or of what the container may take. A
    /// limit on the managed heap does not count here, since the bytes of models lie outside it.
    /// </summary>
    public static long DefaultBytes => GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes is > 0 and var bytes ? bytes : long.MaxValue;

    /// <summary>Why a generation must not be loaded now; null when it fits. Models that it shares with the one in use count once.</summary>
    public string? Refusal(Manifest manifest)
    {
        var limit = limitBytes ?? DefaultBytes;
        var inUse = slot.Current;
        var added = 0L;
        for (var i = 0; i < manifest.Models.Count; i++)
        {
            var entry = manifest.Models[i];
            if (inUse?.Holds(entry) is null && ModelLoader.MayLoad(entry)) added = checked(added + entry.Length);
        }
        if (added == 0) return null; // what adds nothing may replace what is too much already
        var held = memory.Bytes();
        if (held <= limit - added) return null;
        return $"Epoch {manifest.Epoch} is not loaded: it adds {added:N0} bytes to {held:N0} held{Holders(inUse)}; {nameof(RuntimeOptions.MemoryBudget)} is {limit:N0} bytes."
            + (inUse is null ? " There is none to use instead." : $" Epoch {inUse.Pointer.Epoch} stays in use.");
    }

    private string Holders(Generation? inUse) =>
        retired.Count == 0 ? "" : $" ({(inUse is null ? "" : $"epoch {inUse.Pointer.Epoch} in use, ")}leases on {string.Join(", ", retired.Waiting.Select(generation => generation.Pointer.Epoch))})";
}
