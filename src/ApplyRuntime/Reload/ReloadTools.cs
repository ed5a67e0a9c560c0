using Delivery.FastData;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>What each attempt to load a generation works with.</summary>
/// <param name="Folder">The folder that is followed.</param>
/// <param name="Files">Gets the bytes of models.</param>
/// <param name="Budget">How many of them may be held.</param>
/// <param name="Trust">Whose signature is needed; null for none.</param>
internal sealed record ReloadTools(FolderReader Folder, ModelFiles Files, MemoryBudget Budget, GenerationTrust? Trust);
