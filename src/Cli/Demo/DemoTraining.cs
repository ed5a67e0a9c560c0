using System.Collections.Concurrent;
using Delivery.ApplyRuntime;
using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.Training;
using Delivery.TrainingStore;

namespace Delivery.Cli.Demo;

/// <summary>The trainers of the demo, each with its log: one chunk a cycle, valued before it is learned from.</summary>
public sealed class DemoTraining : IDisposable
{
    private const int Parallelism = 2;

    private readonly DemoPlan _plan;
    private readonly ITrainingStore _store;
    private readonly Dictionary<ModelName, TrainingRun> _runs;
    private readonly Dictionary<ModelName, ItemChunks> _logs;
    private readonly ConcurrentDictionary<ModelName, IReadOnlyList<PoolItem>> _next = [];

    public DemoTraining(DemoPlan plan, ITrainingStore store)
    {
        (_plan, _store) = (plan, store);
        // A chunk is saved once: the demo has no crash to fear that would cost it more than a chunk.
        var options = new TrainingRunOptions { SaveEvery = int.MaxValue };
        _runs = plan.Models.ToDictionary(model => model.Name, model => new TrainingRun(store, model.Settings, options));
        _logs = plan.Models.ToDictionary(model => model.Name, model => new ItemChunks(model.Log(), model.Count, plan.Chunks));
    }

    /// <summary>Items of the chunks learned from so far, held-out ones included.</summary>
    public long Items => Interlocked.Read(ref _items);

    private long _items;

    /// <summary>Every trainer learns from its next chunk; afterwards what goes wrong on purpose in this cycle does.</summary>
    public async Task LearnAsync(int cycle, CancellationToken cancellationToken)
    {
        if (_next.IsEmpty) await ForEachAsync((model, _) => Draw(model), cancellationToken);
        await ForEachAsync(
            async (model, token) =>
            {
                if (model.Name == _plan.Lost.Name && cycle >= _plan.Lost.Cycle) return;
                Interlocked.Add(ref _items, (await _runs[model.Name].RunAsync(_next[model.Name], token)).Items);
            },
            cancellationToken);
        if (cycle == _plan.Broken.Cycle) await DamagedCandidates.BreakAsync(_store, _plan.Broken.Name, cancellationToken);
        if (cycle == _plan.Reversed.Cycle) await DamagedCandidates.ReverseAsync(_store, _plan.Reversed.Name, cancellationToken);
        if (cycle == _plan.Lost.Cycle) await _store.DeleteAsync(_plan.Lost.Name, cancellationToken);
    }

    /// <summary>Values what is delivered now on every model's next chunk, which no trainer has seen.</summary>
    public Task ValueAsync(ModelRuntime runtime, ProgressiveValue value, CancellationToken cancellationToken) => ForEachAsync(
        (model, _) =>
        {
            value.Add(model.Group, ProgressiveValue.Decide(runtime, model.Name, Draw(model)));
        },
        cancellationToken);

    public void Dispose()
    {
        foreach (var log in _logs.Values) log.Dispose();
    }

    private IReadOnlyList<PoolItem> Draw(DemoModel model) => _next[model.Name] = _logs[model.Name].Next();

    private Task ForEachAsync(Action<DemoModel, CancellationToken> action, CancellationToken cancellationToken) => ForEachAsync(
        (model, token) =>
        {
            action(model, token);
            return Task.CompletedTask;
        },
        cancellationToken);

    private Task ForEachAsync(Func<DemoModel, CancellationToken, Task> action, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        _plan.Models,
        new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
        async (model, token) => await action(model, token));
}
