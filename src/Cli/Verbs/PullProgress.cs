using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.TrainingStore;
using Spectre.Console;

namespace Delivery.Cli.Verbs;

/// <summary>Shows on a terminal how many models were pulled; standard error, so that the result can still be piped.</summary>
internal static class PullProgress
{
    /// <param name="store">The store to pull from.</param>
    /// <param name="show">False runs the work without a word.</param>
    /// <param name="work">Is given the store to use.</param>
    public static async Task<T> WatchAsync<T>(ITrainingStore store, bool show, Func<ITrainingStore, Task<T>> work)
    {
        if (!show || Console.IsErrorRedirected) return await work(store);
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var counting = new CountingStore(store);
        return await console.Status().Spinner(Spinner.Known.Line).StartAsync("Pulling models", async status =>
        {
            counting.Pulled = count => status.Status($"Pulled {count} models");
            return await work(counting);
        });
    }

    private sealed class CountingStore(ITrainingStore store) : ITrainingStore
    {
        private int _count;

        public Action<int> Pulled { get; set; } = _ => { };

        public async ValueTask<StoredModel?> GetModelAsync(ModelName name, CancellationToken cancellationToken)
        {
            var model = await store.GetModelAsync(name, cancellationToken);
            Pulled(Interlocked.Increment(ref _count));
            return model;
        }

        public ValueTask<StoredState?> LoadStateAsync(ModelName name, CancellationToken cancellationToken) => store.LoadStateAsync(name, cancellationToken);

        public ValueTask<SaveOutcome> SaveAsync(ModelName name, long expectedVersion, TrainingProgress progress, CancellationToken cancellationToken) =>
            store.SaveAsync(name, expectedVersion, progress, cancellationToken);

        public ValueTask<IReadOnlyList<PoolItem>> ReadHoldoutAsync(ModelName name, CancellationToken cancellationToken) => store.ReadHoldoutAsync(name, cancellationToken);

        public ValueTask<IReadOnlyList<StoreEntry>> ListAsync(CancellationToken cancellationToken) => store.ListAsync(cancellationToken);

        public ValueTask<bool> DeleteAsync(ModelName name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
    }
}
