using Delivery.ApplyRuntime.Reload;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>What is known of the bytes with one hash: a model, or why they are none. Both follow from the bytes alone, so neither can become wrong.</summary>
/// <param name="model">Null when the bytes are no usable model.</param>
/// <param name="problem">Then: why.</param>
/// <param name="moment">Of the admission that brought it.</param>
internal sealed class CachedModel(LoadedModel? model, string? problem, long moment)
{
    private long _lastUse = moment;

    public LoadedModel? Model => model;

    public string? Problem => problem;

    /// <summary>The moment when it was last used: the order in which models go. Moments are counted by admissions, so of uses between the same two none is later.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Any thread. It writes once between two admissions, so that the line stays shared.</summary>
    public void Use(long now)
    {
        if (Volatile.Read(ref _lastUse) != now) Volatile.Write(ref _lastUse, now);
    }
}
