using System.Diagnostics.CodeAnalysis;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>A hold on one generation: until it is disposed all its models stay mapped, whatever is published meanwhile.</summary>
/// <remarks>
/// Dispose it exactly once, on any thread, which a <c>using</c> does; a copy that is disposed as well would take away the hold of
/// another. Keep it as long as one request, since the memory of a generation waits for it. The lease of <c>default</c> is empty.
/// </remarks>
public readonly ref struct Lease : IDisposable
{
    private readonly Generation? _generation;
    private readonly int _stripe;

    internal Lease(Generation generation, int stripe) => (_generation, _stripe) = (generation, stripe);

    /// <summary>No generation had been loaded, or the runtime is closed.</summary>
    public bool IsEmpty => _generation is null;

    /// <summary>Number of the generation; 0 for an empty lease.</summary>
    public long Epoch => _generation?.Pointer.Epoch ?? 0;

    /// <summary>Commit of the generation; null for an empty lease.</summary>
    public CommitId? Commit => _generation?.Pointer.Commit;

    /// <summary>Looks a model up.</summary>
    /// <param name="name">The model's name; case matters.</param>
    /// <param name="model">The model, when the result is true. It must not be used after this lease.</param>
    public bool TryGetModel(string name, out LeasedModel model)
    {
        var found = Find(name, out var loaded);
        model = found ? new LeasedModel(loaded!) : default;
        return found;
    }

    public void Dispose() => _generation?.Leases.Decrement(_stripe);

    internal bool Find(string name, [NotNullWhen(true)] out LoadedModel? model)
    {
        model = null;
        return _generation is not null && _generation.Models.TryGetValue(name, out model);
    }
}
