using Delivery.Models.Formats;
using Delivery.Models.Kinds;
using Delivery.Models.Numerics;
using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Delivery.Training.Windows;
using Google.Protobuf.WellKnownTypes;

namespace Delivery.Training.Trainers;

/// <summary>Learns one <c>linear_softmax</c> online: one item at a time, a step of stochastic gradient descent a batch.</summary>
/// <remarks>
/// An item is filtered, dropped when its request id is remembered, and held out by hash of that id; otherwise it is scored by the
/// last and the best model, pushed into the window, and added to the batch; a full batch makes one step. With the first full
/// window the last model becomes the best. From then on it does so when the window is full of decisions that both took part in
/// with different weights, and its self-normalised value there is not below that of the best: judged on decisions from before
/// they parted, the two would always be equal, and the best would never differ from the last. Values are those of models that
/// always take their highest score, as a search process does. Only items that are trained on are in the window: the holdout
/// takes no part in choosing a model that it is to judge.
/// The same items in the same order give the same bits, whether or not the state was saved and restored between any two.
/// Not safe for use by several threads at once.
/// </remarks>
public sealed partial class LinearSoftmaxTrainer
{
    private readonly TrainModel _settings;
    private readonly int _stride;
    private readonly SoftmaxStep _step;
    private readonly PendingBatch _batch;
    private readonly DecisionWindow _window;
    private readonly SeenRequests _seen;
    private readonly RewardBaseline _baseline;
    private readonly ulong[] _counts = new ulong[System.Enum.GetValues<ItemFate>().Length];
    private readonly float[] _features;
    private readonly float[] _scores;
    private readonly float[] _bestScores;
    private readonly double[] _probabilities;
    private readonly float[] _best;
    private float[] _last;
    private bool _hasBest;
    private bool _bestIsLast = true; // or there is no best: scored once
    private ulong _judged;
    private Timestamp? _newestEvent;

    /// <summary>Starts with weights of 0.</summary>
    /// <exception cref="InvalidTrainModelException">The settings cannot be used.</exception>
    public LinearSoftmaxTrainer(TrainModel settings)
    {
        var problems = settings.Problems().ToList();
        if (problems.Count > 0) throw new InvalidTrainModelException(problems);
        _settings = settings;
        _stride = RowProduct.Stride(settings.FeatureCount);
        (_last, _best) = (new float[settings.ClassNumber * _stride], new float[settings.ClassNumber * _stride]);
        _features = new float[settings.FeatureCount];
        (_scores, _bestScores, _probabilities) = (new float[settings.ClassNumber], new float[settings.ClassNumber], new double[settings.ClassNumber]);
        _step = new(settings);
        _batch = new(settings.FeatureCount);
        _window = new(settings.EvaluateWindowSize);
        _seen = new(settings.RememberedRequests);
        _baseline = new(settings.BaselineDecay);
    }

    /// <summary>True for a trainer whose state was dropped, as it was learned under settings that make another model of it.</summary>
    public bool WasReset { get; private init; }

    /// <summary>Requests processed, holdout included; duplicates and refused items are not.</summary>
    public ulong RequestCount { get; private set; }

    /// <summary>Steps taken.</summary>
    public ulong BatchCount { get; private set; }

    /// <summary>Steps refused because a weight would not have been finite; their items are dropped, the weights stay.</summary>
    public ulong RefusedSteps { get; private set; }

    /// <summary>Items learned whose 1 / propensity was clipped.</summary>
    public ulong ClippedItems { get; private set; }

    /// <summary>Items that wait for the next step.</summary>
    public int BatchFill => _batch.Count;

    /// <summary>True once the window was full for the first time.</summary>
    public bool HasBest => _hasBest;

    /// <summary>Items that met each fate.</summary>
    public ulong Count(ItemFate fate) => _counts[(int)fate];

    /// <summary>Processes one item.</summary>
    /// <param name="item">Not kept, and not changed. When it is held out, keeping it is up to the caller.</param>
    /// <returns>What became of it; only <see cref="ItemFate.Learned"/> and <see cref="ItemFate.HeldOut"/> change the model's counts.</returns>
    public ItemFate Learn(PoolItem item)
    {
        var fate = Process(item);
        _counts[(int)fate]++;
        return fate;
    }

    /// <summary>The state of learning and of the window.</summary>
    public TrainerReport Report() => new()
    {
        RequestCount = RequestCount,
        BatchCount = BatchCount,
        BatchFill = BatchFill,
        RefusedSteps = RefusedSteps,
        ClippedItems = ClippedItems,
        HasBest = HasBest,
        GradientNorm = _step.GradientNorm,
        MeanAbsoluteWeight = TrainerReport.MeanAbsolute(_last, _settings.ClassNumber * _settings.FeatureCount),
        NewestEvent = _newestEvent?.ToDateTimeOffset(),
        OldestPendingEvent = _batch.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(_batch.Items.Min(item => item.EventMs)),
        Counts = System.Enum.GetValues<ItemFate>().ToDictionary(fate => fate, Count),
        WindowSize = _window.Size,
        Window = WindowMetrics.Of(_window.Entries(), _settings.ClassNumber),
    };

    /// <summary>
    /// The model file to deliver: the best weights if there are any, else the last; counts and times are those of the trainer
    /// now, whichever weights they are, so that exploration and staleness follow the learning. Null before the first step.
    /// </summary>
    public byte[]? ExportModel()
    {
        if (BatchCount == 0) return null;
        var header = new ModelHeader
        {
            Name = _settings.Name.Value,
            Kind = LinearSoftmax.KindName,
            ModelVersion = (uint)_settings.ModelVersion,
            ClassCount = (uint)_settings.ClassNumber,
            FeatureCount = (uint)_settings.FeatureCount,
            RequestCount = RequestCount,
            BatchCount = BatchCount,
            Created = _newestEvent,
            TrainedUntil = _newestEvent,
            ConfigHash = _settings.ConfigHash(),
            Intent = _settings.Intent,
            Objective = _settings.Objective.Name(),
        };
        header.Sources.AddRange(_settings.Sources.Select(source => new FeatureSource { Name = source.Name, Count = (uint)source.Count }));
        return ModelFileWriter.Write(header, new FloatTensor(LinearSoftmax.WeightsName, [_settings.ClassNumber, _settings.FeatureCount], Unpadded(_hasBest ? _best : _last)));
    }

    private ItemFate Process(PoolItem item)
    {
        if (item.Features.Count == _features.Length) item.Features.CopyTo(_features, 0);
        if (ItemFilter.Refusal(item, _settings, _features) is { } refusal) return refusal;
        var hash = RequestHash.Of(item.RequestId);
        if (_seen.Contains(hash)) return ItemFate.Duplicate;
        var heldOut = RequestHash.Fraction(hash) < _settings.HoldoutShare;
        if (!heldOut)
        {
            var (predicted, bestPredicted) = Predict();
            if (predicted < 0 || bestPredicted < 0) return ItemFate.ScoreNotFinite;
            LearnFrom(item, predicted, bestPredicted);
        }
        _seen.Add(hash);
        RequestCount++;
        if (_newestEvent is null || item.EventTime.CompareTo(_newestEvent) > 0) _newestEvent = item.EventTime.Clone();
        return heldOut ? ItemFate.HeldOut : ItemFate.Learned;
    }

    private (int Last, int Best) Predict()
    {
        RowProduct.Compute(_last, _stride, _features, _scores);
        var last = Scorer.Best(_scores);
        if (_bestIsLast) return (last, last);
        RowProduct.Compute(_best, _stride, _features, _bestScores);
        return (last, Scorer.Best(_bestScores));
    }

    private void LearnFrom(PoolItem item, int predicted, int bestPredicted)
    {
        Softmax.Compute(_scores, _probabilities);
        var (shown, eventMs) = ((int)item.Shown, ItemFilter.EventMs(item.EventTime)!.Value);
        _window.Push(new(eventMs, shown, predicted, bestPredicted, item.HasProduction ? (int)item.Production : -1, item.Propensity, item.Reward, _probabilities[shown]));
        if (!_bestIsLast) _judged++;
        _batch.Add(new(shown, item.Propensity, item.Reward, eventMs), _features);
        StepIfFull();
        PromoteIfBetter();
    }

    private void StepIfFull()
    {
        if (_batch.Count < _settings.BatchSize) return;
        if (_step.Take(ref _last, _batch, _baseline))
        {
            BatchCount++;
            ClippedItems += (ulong)_step.Clipped;
            _bestIsLast = !_hasBest || _best.AsSpan().SequenceEqual(_last);
        }
        else
        {
            RefusedSteps++;
        }
        _batch.Clear();
    }

    private void PromoteIfBetter()
    {
        if (!_window.IsFull || (_hasBest && _judged < (ulong)_window.Size)) return;
        var better = !_hasBest || _window.OnlineValue >= _window.BestValue
            || (double.IsNaN(_window.BestValue) && !double.IsNaN(_window.OnlineValue));
        if (!better) return;
        _last.CopyTo(_best, 0);
        (_hasBest, _bestIsLast, _judged) = (true, true, 0);
    }

    private float[] Unpadded(float[] padded)
    {
        var values = new float[_settings.ClassNumber * _settings.FeatureCount];
        for (var k = 0; k < _settings.ClassNumber; k++) padded.AsSpan(k * _stride, _settings.FeatureCount).CopyTo(values.AsSpan(k * _settings.FeatureCount));
        return values;
    }
}
