using Delivery.FastData;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>A model that came with a document, and the SHA-256 that the document says it has. The one of <c>default</c> is none.</summary>
/// <param name="file">A whole model file. Of the caller: the runtime copies it where it must keep it.</param>
/// <param name="content">A claim: nothing is scored with the bytes before they were found to have it.</param>
public readonly struct DocumentModel(ReadOnlyMemory<byte> file, ContentHash content)
{
    /// <summary>A whole model file.</summary>
    public ReadOnlyMemory<byte> File => file;

    /// <summary>What the document says of it.</summary>
    public ContentHash Content => content;

    /// <summary>Whether there is no model.</summary>
    public bool IsNone => content == default;
}
