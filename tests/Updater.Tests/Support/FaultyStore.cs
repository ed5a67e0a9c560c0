using System.Collections.Concurrent;
using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.TrainingStore;

namespace Delivery.Updater.Tests.Support;

/// <summary>A real store behind faults: what <see cref="Fault"/> throws or waits for comes before the answer.</summary>
internal sealed class FaultyStore(ITrainingStore inner) : ITrainingStore
{
    private readonly ConcurrentDictionary<ModelName, int> _calls = new();
    private int _running;

    /// <summary>Given the name and the number of its call, from 1.</summary>
    public Func<ModelName, int, CancellationToken, Task> Fault { get; set; } = (_, _, _) => Task.CompletedTask;

    public int MostAtOnce { get; private set; }

    public int Calls(ModelName name) => _calls.GetValueOrDefault(name);

    public int AllCalls => _calls.Values.Sum();

    public async ValueTask<StoredModel?> GetModelAsync(ModelName name, CancellationToken cancellationToken)
    {
        await FaultAsync(name, cancellationToken);
        return await inner.GetModelAsync(name, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<PoolItem>> ReadHoldoutAsync(ModelName name, CancellationToken cancellationToken)
    {
        await FaultAsync(name, cancellationToken);
        return await inner.ReadHoldoutAsync(name, cancellationToken);
    }

    public ValueTask<StoredState?> LoadStateAsync(ModelName name, CancellationToken cancellationToken) => inner.LoadStateAsync(name, cancellationToken);

    public ValueTask<SaveOutcome> SaveAsync(ModelName name, long expectedVersion, TrainingProgress progress, CancellationToken cancellationToken) =>
        inner.SaveAsync(name, expectedVersion, progress, cancellationToken);

    public ValueTask<IReadOnlyList<StoreEntry>> ListAsync(CancellationToken cancellationToken) => inner.ListAsync(cancellationToken);

    public ValueTask<bool> DeleteAsync(ModelName name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    private async Task FaultAsync(ModelName name, CancellationToken cancellationToken)
    {
        var running = Interlocked.Increment(ref _running);
        lock (_calls) MostAtOnce = Math.Max(MostAtOnce, running);
        try
        {
            await Fault(name, _calls.AddOrUpdate(name, 1, (_, n) => n + 1), cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
