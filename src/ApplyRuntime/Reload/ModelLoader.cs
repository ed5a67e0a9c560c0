using System.Buffers;
using System.Text;
using Delivery.FastData;
using Delivery.FastData.Mapping;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>From a line of a manifest to a model that can be scored.</summary>
internal static class ModelLoader
{
    /// <summary>Whether a line names something that this version would load at all.</summary>
    public static bool MayLoad(ManifestEntry entry) => entry.Length is > 0 and <= int.MaxValue && ModelKind.Find(entry.Kind) is not null;

    /// <summary>Gets the file into memory, checks every byte of it, makes the scorer and runs it once, so that no request meets a cold page or cold code.</summary>
    /// <exception cref="InvalidModelException">The published bytes are no model that this version can score: trying again is of no use.</exception>
    /// <exception cref="FastDataException">The file is not the one that was published.</exception>
    /// <exception cref="IOException">It cannot be read; <see cref="FileNotFoundException"/> when it is gone.</exception>
    public static LoadedModel Load(ModelFiles files, ManifestEntry entry)
    {
        var kind = ModelKind.Find(entry.Kind) ?? throw new InvalidModelException($"{files.PathOf(entry)}: the kind '{entry.Kind}' is not known to this version. Update this process first.");
        return Check(files, entry, kind, files.Read(entry));
    }

    /// <summary>Takes the memory, and disposes it when its bytes are not the model that the entry names.</summary>
    private static LoadedModel Check(ModelFiles files, ManifestEntry entry, ModelKind kind, ModelMemory memory)
    {
        try
        {
            if (!entry.Content.IsOf(memory.Bytes)) throw new FastDataException($"{files.PathOf(entry)}: its SHA-256 is {ContentHash.Of(memory.Bytes)}; its manifest says {entry.Content}.");
            return Check(entry, kind, memory);
        }
        catch (InvalidModelException e)
        {
            memory.Dispose();
            throw new InvalidModelException($"{files.PathOf(entry)}: {e.Message}", e);
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
        var model = ModelOutline.Read(memory.Bytes);
        if (!Ascii.Equals(model.Name, entry.Name.Value)) throw new InvalidModelException($"its header has the name '{model.NameText}'; its manifest says '{entry.Name}'.");
        if (!Ascii.Equals(model.Kind, entry.Kind)) throw new InvalidModelException($"its header has the kind '{model.KindText}'; its manifest says '{entry.Kind}'.");
        var scorer = kind.CreateScorer(model);
        Warm(scorer, memory);
        var status = new ModelStatus(entry.Name, entry.Kind, entry.Content, model.ModelVersion, model.RequestCount, model.TrainedUntil, model.Created, scorer.ClassCount, scorer.FeatureCount)
        {
            SizeBytes = memory.Length,
            IsMapped = memory.IsMapped,
        };
        return new LoadedModel(entry, status, memory, scorer);
    }

    private static void Warm(Scorer scorer, ModelMemory memory)
    {
        var rented = ArrayPool<float>.Shared.Rent(scorer.FeatureCount + scorer.ClassCount);
        var features = rented.AsSpan(0, scorer.FeatureCount);
        features.Clear();
        scorer.Score(memory.Bytes, features, rented.AsSpan(scorer.FeatureCount, scorer.ClassCount));
        ArrayPool<float>.Shared.Return(rented);
    }
}
