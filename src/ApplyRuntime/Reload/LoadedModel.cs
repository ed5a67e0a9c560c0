using Delivery.FastData;
using Delivery.FastData.Mapping;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>One verified model: its mapped file and its scorer. Generations share it; the last that lets go unmaps the file.</summary>
/// <param name="entry">As its manifest names it.</param>
/// <param name="status">What is known of it.</param>
/// <param name="file">Owned.</param>
/// <param name="scorer">Of the very bytes of <paramref name="file"/>.</param>
internal sealed class LoadedModel(ManifestEntry entry, ModelStatus status, MappedFile file, Scorer scorer)
{
    private int _shares; // touched by the loader thread only

    public ManifestEntry Entry => entry;

    public ModelStatus Status => status;

    public Scorer Scorer => scorer;

    public void Score(ReadOnlySpan<float> features, Span<float> scores) => scorer.Score(file.Bytes, features, scores);

    /// <summary>Loader thread only.</summary>
    public void Share() => _shares++;

    /// <summary>Loader thread only.</summary>
    public void Unshare()
    {
        if (--_shares == 0) file.Dispose();
    }

    /// <summary>Loader thread only: unmaps a model that went into no generation.</summary>
    public void DropIfUnshared()
    {
        if (_shares == 0) file.Dispose();
    }
}
