using System.Runtime.CompilerServices;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Deciding;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Logging;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Reload;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;
using Delivery.FastData;

namespace Delivery.ApplyRuntime;

/// <summary>What a search process embeds: it follows a fast-data folder and decides with the models that are live there.</summary>
/// <remarks>
/// One thread of its own loads, verifies and swaps generations; no request ever waits for that. All members may be called on any
/// thread. It never writes into the folder, and any number of runtimes, of any number of processes, may follow the same one.
/// </remarks>
public sealed class ModelRuntime : IDisposable, IAsyncDisposable
{
    private readonly ThreadCells _cells = new();
    private readonly GenerationSlot _slot;
    private readonly FallbackCounters _fallbacks = new();
    private readonly DecisionCounters _counters;
    private readonly Decider _decider;
    private readonly ConfigurationSlot _configurations;
    private readonly SourceThreads _sources;
    private readonly RandomisedLog _log;
    private readonly PositionDecider _positions;
    private readonly bool _followsFile;
    private readonly Loader _loader;
    private readonly LeaseWatch? _leases;
    private readonly TimeProvider _time;
    private readonly RuntimeOptions _options;
    private readonly RuntimeMeter _meter;
    private readonly Acknowledger? _acknowledger;

    private ModelRuntime(string fastDataFolder, RuntimeOptions options)
    {
        _time = options.Time;
        _options = options;
        _slot = new GenerationSlot(_cells);
        _counters = new DecisionCounters(_cells);
        _decider = new Decider(_slot, _fallbacks);
        _followsFile = options.ApplyModelsFile is not null;
        _configurations = new ConfigurationSlot(options.ApplyModelsFile is { } file ? Path.GetFullPath(file) : null, options.Production, options.Time);
        if (options.ApplyModels is { } configuration) _configurations.Set(configuration);
        _sources = new SourceThreads(options, _configurations);
        _log = new RandomisedLog(options.Decisions, _sources.Others, options.Debug is { } debug ? new DebugPrint(debug) : null);
        _positions = new PositionDecider(_slot, _configurations, _sources.Others, _fallbacks, _log, options.Time);
        if (options.ReportLeasesAfter is { } deadline) _leases = new LeaseWatch(deadline, options.Time);
        var layout = new FolderLayout(fastDataFolder);
        _meter = new RuntimeMeter(layout.Root, _counters, options.Time);
        if (options.Acknowledgements is { } directory) _acknowledger = new Acknowledger(directory, layout.Root, options.AcknowledgementHeartbeat, options.Time);
        _loader = new Loader(layout, _slot, _configurations, _leases, options, _meter, _acknowledger);
        _meter.Observe(_counters, () => Status, Health, options);
    }

    /// <summary>Starts to follow a folder. Returns once the live generation is loaded, or at once when there is none yet.</summary>
    /// <param name="fastDataFolder">The folder; it need not exist yet.</param>
    /// <param name="options">Null takes the defaults.</param>
    /// <exception cref="ArgumentException">The folder is empty, or an option is not usable: the message has every mistake.</exception>
    /// <exception cref="InvalidApplyModelsException"><see cref="RuntimeOptions.ApplyModels"/> is not for production.</exception>
    public static ModelRuntime Open(string fastDataFolder, RuntimeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(fastDataFolder);
        options ??= new RuntimeOptions();
        var problems = string.Join(' ', options.Problems(fastDataFolder));
        if (problems.Length > 0) throw new ArgumentException(problems, nameof(options));
        var runtime = new ModelRuntime(fastDataFolder, options);
        runtime._loader.Start();
        runtime._sources.Start();
        runtime.Refresh();
        return runtime;
    }

    /// <summary>What is loaded, how old it is and what went wrong, as of now. During a swap it may be one epoch behind a decision.</summary>
    public RuntimeStatus Status
    {
        get
        {
            var loaded = _loader.Status;
            return loaded with
            {
                AsOf = _time.GetUtcNow(),
                LastError = RuntimeError.Newer(loaded.LastError, _meter.Fault),
                Fallbacks = _fallbacks.Read(),
                Decisions = _counters.Read(),
                Configuration = _configurations.Status,
                LostRecords = _log.Lost,
                DroppedRecords = _log.Dropped,
                TrainingModels = _sources.TrainingModels,
                DocumentModels = _sources.DocumentModels,
                Acknowledgement = _acknowledger?.Status,
            };
        }
    }

    /// <summary>Whether it decides with models within the limits of <see cref="RuntimeOptions.Health"/>, and if not, why. Off the hot path.</summary>
    public RuntimeHealth Health() => RuntimeHealth.Of(Status, _options.Health, _options.PollInterval);

    /// <summary>All of it in words for a person: state, ages, models, settings, problems, memory, decisions, log. For a page of the host or a console; off the hot path.</summary>
    public string Describe()
    {
        var status = Status;
        return RuntimeText.Of(status, RuntimeHealth.Of(status, _options.Health, _options.PollInterval), _options, _configurations.Current);
    }

    /// <summary>The settings of <c>ApplyModels</c> in use.</summary>
    public ApplyConfiguration Configuration => _configurations.Current;

    /// <summary>Takes other settings into use, for all requests that begin from now on.</summary>
    /// <exception cref="InvalidApplyModelsException">They are not for production; nothing has changed.</exception>
    /// <exception cref="InvalidOperationException">The runtime follows <see cref="RuntimeOptions.ApplyModelsFile"/>: change that.</exception>
    public void Configure(ApplyConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (_followsFile) throw new InvalidOperationException($"The settings come from {_configurations.Status.File}: change that file.");
        _configurations.Set(configuration);
    }

    /// <summary>Starts to collect what one request, or one experiment, has otherwise than the configuration. Off the hot path.</summary>
    public ApplyOverrideBuilder StartOverride() => new(_configurations.Current, _configurations.Production);

    /// <summary>
    /// Decides where a vertical goes on a page, by the settings of <c>ApplyModels</c>: the first model of the intent, by priority and then
    /// by name, that takes such a request and has a position for it decides. Tells the blender, and logs what was randomised.
    /// </summary>
    /// <param name="request">The question.</param>
    /// <param name="blender">The page.</param>
    /// <returns>Never fails for what settings, models and features are: it says what it rests on. Allocates nothing (beyond 256 classes: arrays of the shared pool).</returns>
    /// <remarks>
    /// n = requests of the model, 0 without one. p = 1 while n is below <c>FullRandomReqCount</c>, else A / (1 + B · f(n)) between
    /// <c>MinRandomProb</c> and 1. Two numbers of a hash of user, query, model and salt period decide whether this request is
    /// randomised and to which class; the bundle gives the probabilities, which are logged. The same request decides the same on every machine.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)] // the outcome is then written where the caller wants it, and copied less
    public DecisionOutcome Decide(in DecisionRequest request, IBlender blender)
    {
        CheckRequest(request.Intent, request.RequestId, blender);
        var cell = _cells.Mine;
        var started = DecisionCounters.Start(cell);
        _positions.Decide(cell, request, blender, out var outcome);
        _counters.Count(cell, outcome, started);
        return outcome;
    }

    /// <summary>Tells in words, step by step, why <see cref="Decide(in DecisionRequest, IBlender)"/> answers as it does. Sets nothing, logs nothing, counts nothing; a model that no request had asked for is asked for.</summary>
    /// <param name="request">The question.</param>
    /// <param name="blender">The page: it is asked, but not told.</param>
    public string Explain(in DecisionRequest request, IBlender blender)
    {
        CheckRequest(request.Intent, request.RequestId, blender);
        return new Explainer(_positions, _slot, _sources.Others, _time, _options.Decisions is not null).Explain(request, blender);
    }

    /// <summary>
    /// Examines a model that came with a document, here and now, so that the first request that brings it finds it there. Without this the first
    /// one leaves a copy of it for a thread in the background and falls back.
    /// </summary>
    /// <param name="model">The model and what is claimed of it.</param>
    /// <returns>Null when it is kept now, else what is wrong with it.</returns>
    /// <exception cref="InvalidOperationException">The runtime takes no models from documents: see <see cref="RuntimeOptions.DocumentModels"/>.</exception>
    public string? Admit(in DocumentModel model) => _sources.Admit(model);

    /// <summary>Scores a model and takes its best class; of equal scores the lowest class. Allocates nothing (beyond 256 classes: an array of the shared pool).</summary>
    /// <param name="model">The model's name; case matters.</param>
    /// <param name="features">As many as the model takes, in the order of its sources.</param>
    /// <param name="fallback">The class when no model can decide; not negative. Null: none.</param>
    /// <returns>Never fails for what models and features are: the decision says what it rests on, and <see cref="RuntimeStatus.Fallbacks"/> counts.</returns>
    /// <exception cref="ArgumentException"><paramref name="model"/> is null or <paramref name="fallback"/> is negative: a mistake in the calling code.</exception>
    public Decision Decide(string model, ReadOnlySpan<float> features, int? fallback = null)
    {
        CheckArguments(model, fallback);
        var cell = _cells.Mine;
        var started = DecisionCounters.Start(cell);
        var decision = _decider.Decide(cell, model, features, fallback);
        _counters.Count(cell, decision, started);
        return decision;
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
        var cell = _cells.Mine;
        var started = DecisionCounters.Start(cell);
        var decision = _decider.Decide(cell, model, features, scores, fallback);
        _counters.Count(cell, decision, started);
        return decision;
    }

    /// <summary>Holds the current generation, for callers that score themselves or need several models of one generation. Dispose it once.</summary>
    /// <param name="member">Left to the compiler, as the two others: where the lease is taken, for <see cref="RuntimeOptions.ReportLeasesAfter"/>.</param>
    /// <param name="file">The caller's source file.</param>
    /// <param name="line">The line in it.</param>
    public Lease Lease([CallerMemberName] string member = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        var lease = _slot.Acquire();
        return _leases is null ? lease : _leases.Record(lease, member, file, line);
    }

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
    /// <remarks>From <see cref="RuntimeOptions.Applied"/> it does not wait: the loader thread ends when the handler returns. Nor does it
    /// wait longer than 5 s more for a loader that hangs in the file system or in a handler: that one closes when it is free again.</remarks>
    public void Dispose()
    {
        _sources.Dispose();
        _loader.Dispose();
        _acknowledger?.Dispose();
        _meter.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        if (_loader.IsCaller) Dispose();
        else await Task.Run(Dispose);
    }

    private static void CheckArguments(string model, int? fallback)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (fallback < 0) ThrowNegative(fallback.Value);
    }

    private static void CheckRequest(string intent, string requestId, IBlender blender)
    {
        ArgumentNullException.ThrowIfNull(intent, "request.Intent");
        ArgumentNullException.ThrowIfNull(requestId, "request.RequestId");
        ArgumentNullException.ThrowIfNull(blender);
    }

    private static void ThrowNegative(int fallback) => throw new ArgumentOutOfRangeException(nameof(fallback), fallback, "A fallback class is counted from 0.");
}
