using System.Collections.Concurrent;
using Delivery.Models;
using Delivery.Models.Wire;
using Delivery.TrainingStore;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Delivery.Updater.Pulling;

/// <summary>
/// Asks one training store, with a timeout for each attempt, retries, and a circuit that opens when the store is down. One
/// puller lives as long as its store is used: the circuit remembers across cycles. Safe on any thread.
/// </summary>
public sealed class StorePuller
{
    private readonly ITrainingStore _store;
    private readonly PullOptions _options;
    private readonly ResiliencePipeline _pipeline;

    /// <exception cref="ArgumentException"><paramref name="options"/> have problems.</exception>
    public StorePuller(ITrainingStore store, PullOptions options, TimeProvider time)
    {
        if (string.Join(' ', options.Problems()) is { Length: > 0 } problems) throw new ArgumentException(problems, nameof(options));
        (_store, _options) = (store, options);
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = failure => ValueTask.FromResult(IsFailure(failure.Outcome, failure.Context) && failure.Outcome.Exception is not BrokenCircuitException),
            });
        }
        _pipeline = builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.CircuitFailureRatio,
                MinimumThroughput = options.CircuitMinimumAttempts,
                SamplingDuration = options.CircuitWindow,
                BreakDuration = options.CircuitBreak,
                ShouldHandle = failure => ValueTask.FromResult(IsFailure(failure.Outcome, failure.Context)),
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.AttemptTimeout })
            .Build();
    }

    /// <summary>Pulls each name once, at most <see cref="PullOptions.Concurrency"/> at a time. One outcome a name; only cancellation throws.</summary>
    public async Task<IReadOnlyDictionary<ModelName, PullOutcome>> PullAsync(IReadOnlyCollection<ModelName> names, CancellationToken cancellationToken)
    {
        var outcomes = new ConcurrentDictionary<ModelName, PullOutcome>();
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken },
            async (name, token) => outcomes[name] = await PullAsync(name, token));
        return outcomes;
    }

    /// <summary>The holdout items of a model, oldest first; or why they could not be read.</summary>
    public Task<(IReadOnlyList<PoolItem>? Items, string? Failure)> ReadHoldoutAsync(ModelName name, CancellationToken cancellationToken) =>
        CallAsync<IReadOnlyList<PoolItem>>(async token => await _store.ReadHoldoutAsync(name, token), cancellationToken);

    private async Task<PullOutcome> PullAsync(ModelName name, CancellationToken cancellationToken) =>
        await CallAsync(token => _store.GetModelAsync(name, token), cancellationToken) switch
        {
            (_, { } failure) => new PullOutcome.Failed(failure),
            ({ } model, _) => new PullOutcome.Fetched(model),
            _ => new PullOutcome.Missing(),
        };

    private async Task<(T? Value, string? Failure)> CallAsync<T>(Func<CancellationToken, ValueTask<T?>> call, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            // WaitAsync leaves a call behind that ignores its token: Polly alone would wait for it for ever.
            return (await _pipeline.ExecuteAsync(async token => await call(token).AsTask().WaitAsync(token), cancellationToken), null);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (BrokenCircuitException e)
        {
            var wait = e.RetryAfter is { } after ? $"; the next try is possible in {Math.Ceiling(after.TotalSeconds)} s" : "";
            return (null, OneLine.Of($"the circuit to the training store is open after repeated failures{wait}"));
        }
        catch (TimeoutRejectedException)
        {
            return (null, $"the training store did not answer within {_options.AttemptTimeout.TotalSeconds} s, {_options.Retries + 1} times");
        }
        catch (Exception e)
        {
            return (null, OneLine.Of(e.Message));
        }
    }

    // A store's own OperationCanceledException is a failure like any other unless the caller cancelled.
    // One model's damaged entry is its own trouble: counted, it would keep all others from being pulled.
    private static bool IsFailure(Outcome<object> outcome, ResilienceContext context) =>
        outcome.Exception is not (null or TrainingStoreException { IsOfOneEntry: true }) && !context.CancellationToken.IsCancellationRequested;
}
