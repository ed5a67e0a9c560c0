using Delivery.FastData;
using Delivery.FastData.Mapping;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>From a line of a manifest to a model that can be scored.</summary>
internal static class ModelLoader
{
    /// <summary>Maps the file, checks every byte of it, makes the scorer and runs it once, so that no request meets a cold page or cold code.</summary>
    /// <exception cref="InvalidModelException">The published bytes are no model that this version can score: trying again is of no use.</exception>
    /// <exception cref="FastDataException">The file is not the one that was published.</exception>
    /// <exception cref="IOException">It cannot be read; <see cref="FileNotFoundException"/> when it is gone.</exception>
    public static LoadedModel Load(FolderLayout folder, ManifestEntry entry)
    {
        var path = folder.ModelPath(entry);
        var kind = ModelKind.Find(entry.Kind) ?? throw new InvalidModelException($"{path}: the kind '{entry.Kind}' is not known to this version. Update this process first.");
        var memory = ModelMemory.Map(path, entry.Length);
        try
        {
            var hash = ContentHash.Of(memory.Bytes);
            if (hash != entry.Content) throw new FastDataException($"{path}: its SHA-256 is {hash}; its manifest says {entry.Content}.");
            return Check(entry, kind, memory);
        }
        catch (InvalidModelException e)
        {
            memory.Dispose();
            throw new InvalidModelException($"{path}: {e.Message}", e);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>The part that all sources share: a model of bytes whose hash is known. It takes the memory over once it returns.</summary>
    /// <exception cref="InvalidModelException">The bytes are no model of that name and kind.</exception>
    public static LoadedModel Check(ManifestEntry entry, ModelKind kind, ModelMemory memory)
    {
        var layout = ModelLayout.Read(memory.Bytes);
        var header = layout.Header;
        if (header.Name != entry.Name.Value) throw new InvalidModelException($"its header has the name '{header.Name}'; its manifest says '{entry.Name}'.");
        if (header.Kind != entry.Kind) throw new InvalidModelException($"its header has the kind '{header.Kind}'; its manifest says '{entry.Kind}'.");
        var scorer = kind.CreateScorer(layout);
        scorer.Score(memory.Bytes, new float[scorer.FeatureCount], new float[scorer.ClassCount]);
        var status = new ModelStatus(entry.Name, entry.Kind, entry.Content, header.ModelVersion, header.RequestCount,
            header.TrainedUntil?.ToDateTimeOffset(), header.Created?.ToDateTimeOffset(), scorer.ClassCount, scorer.FeatureCount);
        return new LoadedModel(entry, status, memory, scorer);
    }
}
