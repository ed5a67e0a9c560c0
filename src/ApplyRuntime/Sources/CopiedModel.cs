using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;
using Delivery.FastData.Mapping;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Kinds;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>From bytes that came by another way than the folder to a model that can be scored. They are checked as a file of the folder is.</summary>
internal static class CopiedModel
{
    /// <summary>Copies the bytes, makes the scorer and runs it once. The garbage collector frees the copy.</summary>
    /// <param name="bytes">A whole model file.</param>
    /// <param name="content">Its SHA-256.</param>
    /// <param name="expected">The name that its header must have; null takes any.</param>
    /// <exception cref="InvalidModelException">The bytes are no model that this version can score, or one of another name.</exception>
    public static LoadedModel Check(ReadOnlySpan<byte> bytes, ContentHash content, ModelName? expected)
    {
        if (bytes.IsEmpty) throw new InvalidModelException("it has no bytes.");
        var header = ModelLayout.Read(bytes).Header;
        if (!ModelName.TryParse(header.Name, out var name, out var problem)) throw new InvalidModelException($"its header has the name '{header.Name}'. {problem}");
        if (expected is { } other && name != other) throw new InvalidModelException($"its header has the name '{name}'; '{other}' was expected.");
        var kind = ModelKind.Find(header.Kind) ?? throw new InvalidModelException($"the kind '{header.Kind}' is not known to this version. Update this process first.");
        return ModelLoader.Check(new ManifestEntry(name, bytes.Length, content, header.Kind), kind, ModelMemory.Collected(bytes));
    }
}
