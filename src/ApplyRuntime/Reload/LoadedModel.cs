using Delivery.FastData;
using Delivery.FastData.Mapping;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>One verified model: its bytes and its scorer. Generations share it; the last that lets go disposes the bytes.</summary>
/// <param name="entry">As its manifest names it.</param>
/// <param name="status">What is known of it.</param>
/// <param name="memory">Owned.</param>
/// <param name="scorer">Of the very bytes of <paramref name="memory"/>.</param>
internal sealed class LoadedModel(ManifestEntry entry, ModelStatus status, ModelMemory memory, Scorer scorer)
{
    private int _shares; // touched by the loader thread only
    private long _countedBy; // the same

    public ManifestEntry Entry => entry;

    public string Name { get; } = entry.Name.Value;

    public ModelStatus Status => status;

    public Scorer Scorer => scorer;

    public void Score(ReadOnlySpan<float> features, Span<float> scores)
    {
        scorer.Score(memory.Bytes, features, scores);
        GC.KeepAlive(memory); // a model that no generation holds has its bytes from the garbage collector
    }

    /// <summary>Loader thread only: whether a count of all models, which has a number of its own, comes by for the first time.</summary>
    public bool IsFirstOf(long count) => _countedBy != count && (_countedBy = count) == count;

    /// <summary>Loader thread only.</summary>
    public void Share() => _shares++;

    /// <summary>Loader thread only.</summary>
    public void Unshare()
    {
        if (--_shares == 0) memory.Dispose();
    }

    /// <summary>Loader thread only: disposes a model that went into no generation.</summary>
    public void DropIfUnshared()
    {
        if (_shares == 0) memory.Dispose();
    }
}
