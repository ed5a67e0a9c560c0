using Delivery.Models;
using Delivery.Models.Wire;

namespace Delivery.TrainingStore;

/// <summary>
/// What training keeps, by model name: the trainer's state, the model exported from it, and the holdout items that it never
/// trained on. Implementations are safe for concurrent use by threads and by processes.
/// </summary>
public interface ITrainingStore
{
    /// <summary>The exported model; null when there is none, which is ordinary for a model whose learning has just begun.</summary>
    ValueTask<StoredModel?> GetModelAsync(ModelName name, CancellationToken cancellationToken);

    /// <summary>The trainer's state; null when nothing was saved.</summary>
    ValueTask<StoredState?> LoadStateAsync(ModelName name, CancellationToken cancellationToken);

    /// <summary>
    /// Saves a trainer's progress whole or not at all: state, exported model and new holdout items in one transaction, so that
    /// a trainer that dies neither loses nor doubles an item.
    /// </summary>
    /// <param name="name">The model.</param>
    /// <param name="expectedVersion">The version that was loaded; 0 for a model that has no state yet.</param>
    /// <param name="progress">What to save.</param>
    /// <param name="cancellationToken">Cancels before the commit, never half-way.</param>
    /// <exception cref="StateTooLargeException">The state is over <see cref="TrainingStoreLimits.MaxStateBytes"/>; nothing was saved.</exception>
    ValueTask<SaveOutcome> SaveAsync(ModelName name, long expectedVersion, TrainingProgress progress, CancellationToken cancellationToken);

    /// <summary>The holdout items kept, oldest first; empty when there are none.</summary>
    ValueTask<IReadOnlyList<PoolItem>> ReadHoldoutAsync(ModelName name, CancellationToken cancellationToken);

    /// <summary>Every model of the store, ordered by name.</summary>
    ValueTask<IReadOnlyList<StoreEntry>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes state, model and holdout of a name; false when there was nothing.</summary>
    ValueTask<bool> DeleteAsync(ModelName name, CancellationToken cancellationToken);
}

/// <summary>Limits that every store keeps.</summary>
public static class TrainingStoreLimits
{
    /// <summary>Largest serialised state of one model: 16 MiB.</summary>
    public const int MaxStateBytes = 16 << 20;

    /// <summary>Most bytes of holdout items kept for one model, 8 MiB; the oldest chunks go first.</summary>
    public const int MaxHoldoutBytes = 8 << 20;
}

/// <summary>An exported model.</summary>
/// <param name="File">A whole model file, not yet checked by anyone.</param>
/// <param name="Version">Grows with each save of this name.</param>
/// <param name="SavedAt">When it was saved.</param>
public sealed record StoredModel(ReadOnlyMemory<byte> File, long Version, DateTimeOffset SavedAt);

/// <summary>A trainer's state.</summary>
/// <param name="State">The bytes saved; their meaning is the trainer's.</param>
/// <param name="Version">To be given back with the next save; at least 1.</param>
/// <param name="SavedAt">When it was saved.</param>
public sealed record StoredState(ReadOnlyMemory<byte> State, long Version, DateTimeOffset SavedAt);

/// <summary>What a trainer saves at once.</summary>
public sealed record TrainingProgress
{
    /// <summary>The trainer's state, at most <see cref="TrainingStoreLimits.MaxStateBytes"/>.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }

    /// <summary>The model file to export; null leaves the exported model as it is.</summary>
    public ReadOnlyMemory<byte>? Model { get; init; }

    /// <summary>Holdout items to append, oldest first.</summary>
    public IReadOnlyList<PoolItem> NewHoldout { get; init; } = [];

    /// <summary>Drops the holdout items kept so far first, as after a change that makes older items unusable.</summary>
    public bool ClearHoldout { get; init; }
}

/// <summary>How a save ended.</summary>
public abstract record SaveOutcome
{
    private SaveOutcome() { }

    /// <summary>All was saved under this version.</summary>
    public sealed record Saved(long Version) : SaveOutcome;

    /// <summary>Somebody else saved first; nothing was saved. Load again and repeat the work.</summary>
    public sealed record Conflict(long Expected, long Found) : SaveOutcome;
}

/// <summary>One line of the store's list. A time is null where there is no such thing.</summary>
public sealed record StoreEntry(ModelName Name, long Version, int StateBytes, int ModelBytes, long HoldoutBytes, int HoldoutItems, DateTimeOffset SavedAt, DateTimeOffset? ModelSavedAt);

/// <summary>A state over the limit; the message names the model, the size and the limit.</summary>
public sealed class StateTooLargeException : Exception
{
    public StateTooLargeException() { }
    public StateTooLargeException(string message) : base(message) { }
    public StateTooLargeException(string message, Exception innerException) : base(message, innerException) { }
}
