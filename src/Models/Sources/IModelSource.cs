namespace Delivery.Models.Sources;

/// <summary>
/// Gives whole model files by name, past the fast-data folder: straight from where they are trained, say. Implementations are safe for
/// concurrent use.
/// </summary>
/// <remarks>It is asked in the background, never on the way of a request. It may be slow or fail; it should stop soon after it was cancelled.</remarks>
public interface IModelSource
{
    /// <summary>The model file of a name; null when there is none, which is ordinary for a model whose learning has just begun.</summary>
    /// <param name="name">The model.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    ValueTask<SourcedModel?> GetAsync(ModelName name, CancellationToken cancellationToken);
}

/// <summary>A model from a source.</summary>
/// <param name="File">A whole model file, not yet checked by anyone. It never changes.</param>
/// <param name="SavedAt">When the source got it; null when it does not know.</param>
public sealed record SourcedModel(ReadOnlyMemory<byte> File, DateTimeOffset? SavedAt);
