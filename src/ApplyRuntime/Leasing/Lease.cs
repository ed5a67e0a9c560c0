using System.Diagnostics.CodeAnalysis;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;

namespace Delivery.ApplyRuntime.Leasing;

/// <summary>A hold on one generation: until it is disposed all its models stay mapped, whatever is published meanwhile.</summary>
/// <remarks>
/// Dispose it exactly once, which a <c>using</c> does; a copy that is disposed as well could take away the hold of another. It cannot leave its
/// thread, and ends with it at the latest where it is the only one. Keep it as long as one request, since the memory of a generation waits for it. The lease of <c>default</c> is empty.
/// </remarks>
public readonly ref struct Lease : IDisposable
{
    /// <summary>In the place of a stripe: it is the one that the cell of its thread shows.</summary>
    internal const int InCell = -1;

    private readonly Generation? _generation;
    private readonly int _stripe;
    private readonly int _ticket; // in the book of the generation; 0 when nobody asked for one

    internal Lease(Generation generation, int stripe, int ticket = 0) => (_generation, _stripe, _ticket) = (generation, stripe, ticket);

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

    public void Dispose()
    {
        if (_generation is null) return;
        if (_ticket != 0) _generation.Holders.Remove(_ticket);
        if (_stripe == InCell) ThreadCells.LetGo(_generation.Id);
        else _generation.Nested.Decrement(_stripe);
    }

    /// <summary>The same for one that has no ticket, with the cell at hand.</summary>
    internal void GiveBack(ThreadCell cell)
    {
        if (_stripe == InCell) cell.LetGo();
        else _generation?.Nested.Decrement(_stripe);
    }

    /// <summary>The same lease with a place in the book of its generation; it takes the place of this one.</summary>
    internal Lease Recorded(LeaseOrigin origin) => new(_generation!, _stripe, _generation!.Holders.Add(origin));

    internal bool Find(string name, [NotNullWhen(true)] out LoadedModel? model)
    {
        model = _generation?.Find(name);
        return model is not null;
    }

    /// <inheritdoc cref="Generation.Find(ref string, ref int)"/>
    internal LoadedModel? Find(ref string name, ref int place) => _generation?.Find(ref name, ref place);
}
