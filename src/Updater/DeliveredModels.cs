using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.Models;

namespace Delivery.Updater;

/// <summary>The files of delivered models: what a candidate is compared with. Writes nothing and takes no lock; any thread may call.</summary>
/// <param name="folder">The fast-data folder.</param>
public sealed class DeliveredModels(string folder)
{
    private readonly FolderLayout _layout = new(folder);
    private readonly FastDataHistory _history = new(folder);

    /// <summary>The whole file of a model of <paramref name="tip"/>: the live one, or where that is damaged or gone the one in history. Checked against its hash.</summary>
    /// <exception cref="KeyNotFoundException"><paramref name="tip"/> has no such model.</exception>
    /// <exception cref="FastDataException">Neither the live file nor history has the content that the tip names.</exception>
    public ReadOnlyMemory<byte> Read(ModelName name, FastDataTip tip)
    {
        var entry = tip.Models[name];
        var path = _layout.ModelPath(entry);
        if (ReadLive(path) is { } live && ContentHash.Of(live) == entry.Content) return live;
        return tip.Commit is { } commit && _history.Find(name, commit) is { } committed && ContentHash.Of(committed.File.Span) == entry.Content
            ? committed.File
            : throw new FastDataException($"Neither {path} nor commit {tip.Commit} holds '{name}' with SHA-256 {entry.Content}. Look with: git fsck.");
    }

    /// <summary>The content that the trainer exported for the delivered model, where its card names one: that is what the store offers again. Null otherwise.</summary>
    public ContentHash? TrainedContentOf(ModelName name, FastDataTip tip)
    {
        if (tip.Commit is not { } commit || !tip.Models.ContainsKey(name)) return null;
        try
        {
            return _history.FindCard(name, commit) is { } card ? TrainedContent.Of(card) : null;
        }
        catch (FastDataException)
        {
            return null; // without its card a model is judged as if it were new; deciding on it needs more of history, which then tells what is damaged
        }
    }

    private static byte[]? ReadLive(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // gone with a newer generation, or unreadable: history has it too
        }
    }
}
