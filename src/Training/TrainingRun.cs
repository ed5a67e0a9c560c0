using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Delivery.Training.Trainers;
using Delivery.TrainingStore;

namespace Delivery.Training;

/// <summary>How a training run saves.</summary>
public sealed record TrainingRunOptions
{
    /// <summary>Items between two saves; also the most that are kept in memory. At least 1. Default 1,000.</summary>
    public int SaveEvery { get; init; } = 1_000;

    /// <summary>How often one save may lose against another trainer of the same model before the run gives up. Default 5.</summary>
    public int MaxConflicts { get; init; } = 5;
}

/// <summary>What a training run did.</summary>
/// <param name="Items">Items read.</param>
/// <param name="Saves">Saves that succeeded.</param>
/// <param name="Conflicts">Saves that came too late and were repeated on the newer state.</param>
/// <param name="WasReset">The settings made another model of it, and learning started anew.</param>
/// <param name="Report">The trainer at the end.</param>
public sealed record TrainingRunResult(long Items, int Saves, int Conflicts, bool WasReset, TrainerReport Report);

/// <summary>
/// Feeds items in the order of their events to the trainer of one model, from the state that the store has, and saves state,
/// exported model and new holdout items together. After a crash, or against another trainer of the same model, the items can be
/// given again: those already in the state are dropped as duplicates as long as they are remembered.
/// </summary>
/// <remarks>One run at a time per instance.</remarks>
public sealed class TrainingRun
{
    private readonly ITrainingStore _store;
    private readonly TrainModel _settings;
    private readonly TrainingRunOptions _options;
    private readonly List<PoolItem> _unsaved = [];
    private readonly List<PoolItem> _holdout = [];
    private LinearSoftmaxTrainer _trainer = null!; // set by LoadAsync, which every run starts with
    private long _version;
    private int _saves;
    private int _conflicts;
    private bool _wasReset; // at any load of this run
    private bool _dropHoldout; // at the next save: items of what was learned before a reset

    /// <exception cref="InvalidTrainModelException">The settings cannot be used.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public TrainingRun(ITrainingStore store, TrainModel settings, TrainingRunOptions? options = null)
    {
        _options = options ?? new();
        if (_options.SaveEvery < 1) throw new ArgumentException($"SaveEvery is {_options.SaveEvery}; expected at least 1.", nameof(options));
        if (_options.MaxConflicts < 0) throw new ArgumentException($"MaxConflicts is {_options.MaxConflicts}; expected at least 0.", nameof(options));
        if (settings.Problems().ToList() is { Count: > 0 } problems) throw new InvalidTrainModelException(problems);
        (_store, _settings) = (store, settings);
    }

    /// <inheritdoc cref="RunAsync(IAsyncEnumerable{PoolItem}, CancellationToken)"/>
    public Task<TrainingRunResult> RunAsync(IEnumerable<PoolItem> items, CancellationToken cancellationToken) => RunAsync(items.ToAsyncEnumerable(), cancellationToken);

    /// <summary>Learns from all items and saves at the end.</summary>
    /// <param name="items">In the order of their events. An item must not change after it was handed over.</param>
    /// <param name="cancellationToken">Ends the run; what was saved before stays, and the items after it can be given again.</param>
    /// <exception cref="InvalidDataException">The store's state of this model is damaged.</exception>
    /// <exception cref="TrainingConflictException">Another trainer of the same model kept saving first.</exception>
    public async Task<TrainingRunResult> RunAsync(IAsyncEnumerable<PoolItem> items, CancellationToken cancellationToken)
    {
        _unsaved.Clear();
        (_saves, _conflicts, _wasReset) = (0, 0, false);
        await LoadAsync(cancellationToken);
        long count = 0;
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            count++;
            _unsaved.Add(item);
            Learn(item);
            if (_unsaved.Count >= _options.SaveEvery) await SaveAsync(cancellationToken);
        }
        if (_unsaved.Count > 0 || _dropHoldout) await SaveAsync(cancellationToken);
        return new(count, _saves, _conflicts, _wasReset, _trainer.Report());
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await _store.LoadStateAsync(_settings.Name, cancellationToken);
        _trainer = stored is null ? new LinearSoftmaxTrainer(_settings) : LinearSoftmaxTrainer.Restore(_settings, stored.State.Span);
        _version = stored?.Version ?? 0;
        _dropHoldout = _trainer.WasReset;
        _wasReset |= _trainer.WasReset;
        _holdout.Clear();
    }

    private void Learn(PoolItem item)
    {
        if (_trainer.Learn(item) == ItemFate.HeldOut) _holdout.Add(item);
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        for (var lost = 0; ; lost++)
        {
            var progress = new TrainingProgress
            {
                State = _trainer.SaveState(),
                Model = _trainer.ExportModel() is { } model ? new ReadOnlyMemory<byte>?(model) : null,
                NewHoldout = [.. _holdout],
                ClearHoldout = _dropHoldout,
            };
            if (await _store.SaveAsync(_settings.Name, _version, progress, cancellationToken) is SaveOutcome.Saved saved)
            {
                _version = saved.Version;
                _saves++;
                _dropHoldout = false;
                _unsaved.Clear();
                _holdout.Clear();
                return;
            }
            _conflicts++;
            if (lost == _options.MaxConflicts) throw new TrainingConflictException($"The training state of '{_settings.Name}' was changed by somebody else {lost + 1} times in a row; is it trained twice?");
            await LoadAsync(cancellationToken);
            foreach (var item in _unsaved) Learn(item);
        }
    }
}
