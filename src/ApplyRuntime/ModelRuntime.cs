using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Reload;
using Delivery.FastData;

namespace Delivery.ApplyRuntime;

/// <summary>What a search process embeds: it follows a fast-data folder and decides with the models that are live there.</summary>
/// <remarks>
/// One thread of its own loads, verifies and swaps generations; no request ever waits for that. All members may be called on any
/// thread. It never writes into the folder, and any number of runtimes, of any number of processes, may follow the same one.
/// </remarks>
public sealed class ModelRuntime : IDisposable, IAsyncDisposable
{
    private readonly GenerationSlot _slot = new();
    private readonly FallbackCounters _fallbacks = new();
    private readonly Decider _decider;
    private readonly Loader _loader;
    private readonly TimeProvider _time;

    private ModelRuntime(string fastDataFolder, RuntimeOptions options)
    {
        _time = options.Time;
        _decider = new Decider(_slot, _fallbacks);
        _loader = new Loader(new FolderLayout(fastDataFolder), _slot, options);
    }

    /// <summary>Starts to follow a folder. Returns once the live generation is loaded, or at once when there is none yet.</summary>
    /// <param name="fastDataFolder">The folder; it need not exist yet.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <exception cref="ArgumentException">The folder is empty, or an option is not usable: the message has every mistake.</exception>
    public static ModelRuntime Open(string fastDataFolder, RuntimeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fastDataFolder);
        options ??= new RuntimeOptions();
        var problems = string.Join(' ', options.Problems().Concat(options.Trust?.Problems(fastDataFolder) ?? []));
        if (problems.Length > 0) throw new ArgumentException(problems, nameof(options));
        var runtime = new ModelRuntime(fastDataFolder, options);
        runtime._loader.Start();
        runtime.Refresh();
        return runtime;
    }

    /// <summary>What is loaded, how old it is and what went wrong, as of now. During a swap it may be one epoch behind a decision.</summary>
    public RuntimeStatus Status => _loader.Status with { AsOf = _time.GetUtcNow(), Fallbacks = _fallbacks.Read() };

    /// <summary>Scores a model and takes its best class; of equal scores the lowest class. Allocates nothing (beyond 256 classes: an array of the shared pool).</summary>
    /// <param name="model">The model's name; case matters.</param>
    /// <param name="features">As many as the model takes, in the order of its sources.</param>
    /// <param name="fallback">The class when no model can decide; not negative. Null: none.</param>
    /// <returns>Never fails for what models and features are: the decision says what it rests on, and <see cref="RuntimeStatus.Fallbacks"/> counts.</returns>
    /// <exception cref="ArgumentException"><paramref name="model"/> is null or <paramref name="fallback"/> is negative: a mistake in the calling code.</exception>
    public Decision Decide(string model, ReadOnlySpan<float> features, int? fallback = null)
    {
        CheckArguments(model, fallback);
        return _decider.Decide(model, features, fallback);
    }

    /// <summary>The same, and gives the scores as well.</summary>
    /// <param name="model">The model's name; case matters.</param>
    /// <param name="features">As many as the model takes, in the order of its sources.</param>
    /// <param name="scores">
    /// Receives one score a class at its start, not finite ones too; what lies beyond, and all of it when no model scored, is left as
    /// it was. A span that is too short gives the fallback.
    /// </param>
    /// <param name="fallback">The class when no model can decide; not negative. Null: none.</param>
    /// <exception cref="ArgumentException"><paramref name="model"/> is null or <paramref name="fallback"/> is negative: a mistake in the calling code.</exception>
    public Decision Decide(string model, ReadOnlySpan<float> features, Span<float> scores, int? fallback = null)
    {
        CheckArguments(model, fallback);
        return _decider.Decide(model, features, scores, fallback);
    }

    /// <summary>Holds the current generation, for callers that score themselves or need several models of one generation. Dispose it once.</summary>
    public Lease Lease() => _slot.Acquire();

    /// <summary>Looks at the folder now, tries again what failed, and waits for the end of it.</summary>
    /// <returns>What is in use then.</returns>
    /// <exception cref="InvalidOperationException">Called from <see cref="RuntimeOptions.Applied"/>: the loader would wait for itself.</exception>
    /// <exception cref="ObjectDisposedException">The runtime is closed.</exception>
    public RuntimeStatus Refresh()
    {
        if (_loader.IsCaller) throw new InvalidOperationException($"{nameof(Refresh)} was called from {nameof(RuntimeOptions.Applied)}, on the thread that it would wait for.");
#pragma warning disable VSTHRD002 // the task is ended by the loader thread, which waits for no other
        return _loader.RefreshAsync().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002 // as above
    }

    /// <inheritdoc cref="Refresh"/>
    /// <param name="cancellationToken">Ends the waiting; the look at the folder still happens.</param>
    public Task<RuntimeStatus> RefreshAsync(CancellationToken cancellationToken = default) => _loader.RefreshAsync().WaitAsync(cancellationToken);

    /// <summary>Waits until a generation of that epoch, or a newer one, is in use.</summary>
    /// <exception cref="ObjectDisposedException">The runtime is closed.</exception>
    public async Task<RuntimeStatus> WaitForEpochAsync(long epoch, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var nextSwap = _loader.NextSwap; // taken before the look, or a swap between the two would be missed
            var status = Status;
            ObjectDisposedException.ThrowIf(status.State == RuntimeState.Closed, this);
            if (status.Epoch >= epoch) return status;
            await nextSwap.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Ends the loader thread and unmaps the models, after waiting up to <see cref="RuntimeOptions.DrainTimeout"/> for leases that are
    /// held. Threads that go on deciding get the fallback, with <see cref="FallbackReason.NoGeneration"/>.
    /// </summary>
    /// <remarks>From <see cref="RuntimeOptions.Applied"/> it does not wait: the loader thread ends when the handler returns.</remarks>
    public void Dispose() => _loader.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        if (_loader.IsCaller) _loader.Dispose();
        else await Task.Run(_loader.Dispose);
    }

    private static void CheckArguments(string model, int? fallback)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (fallback < 0) ThrowNegative(fallback.Value);
    }

    private static void ThrowNegative(int fallback) => throw new ArgumentOutOfRangeException(nameof(fallback), fallback, "A fallback class is counted from 0.");
}
