using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;

namespace Delivery.FastData.Git;

/// <summary>
/// A generation that somebody else committed and whose objects are in this folder's repository, looked through and found sound,
/// but not adopted yet. Immutable; any thread may read it.
/// </summary>
public sealed class IncomingGeneration
{
    internal IncomingGeneration(FolderLayout layout, TipState before, TipState state, string message, IReadOnlyList<IncomingModel> changed)
    {
        (Layout, State, Changed) = (layout, state, changed);
        (Replaces, ReplacesEpoch, Message) = (before.Commit, before.Epoch, message);
    }

    /// <summary>The folder that is to adopt it.</summary>
    public string Folder => Layout.Root;

    /// <summary>The bare repository that holds its objects.</summary>
    public string Repository => Layout.Repository;

    /// <summary>Its commit.</summary>
    public CommitId Commit => Manifest.Commit;

    /// <summary>Its number, as its commit says.</summary>
    public long Epoch => Manifest.Epoch;

    /// <summary>The commit's whole message.</summary>
    public string Message { get; }

    /// <summary>The manifest that it will have here: byte for byte the one of whoever committed it.</summary>
    public Manifest Manifest => State.Manifest!;

    /// <summary>The generation that was live when it was looked through; null for none.</summary>
    public CommitId? Replaces { get; }

    /// <summary>The number of that generation; 0 for none.</summary>
    public long ReplacesEpoch { get; }

    /// <summary>How many models it adds or changes.</summary>
    public int ChangedModels => Changed.Count;

    internal FolderLayout Layout { get; }

    internal TipState State { get; }

    internal IReadOnlyList<IncomingModel> Changed { get; }
}

/// <summary>A model that a generation adds or changes.</summary>
/// <param name="Entry">Its line in the manifest.</param>
/// <param name="Blob">Where its file is.</param>
/// <param name="Content">Its file, where it was kept; null to read it again.</param>
internal sealed record IncomingModel(ManifestEntry Entry, GitId Blob, ReadOnlyMemory<byte>? Content);

/// <summary>A generation of somebody else is not taken; the message says why, and nothing has changed.</summary>
public sealed class GenerationRefusedException : Exception
{
    public GenerationRefusedException() { }
    public GenerationRefusedException(string message) : base(message) { }
    public GenerationRefusedException(string message, Exception innerException) : base(message, innerException) { }
}
