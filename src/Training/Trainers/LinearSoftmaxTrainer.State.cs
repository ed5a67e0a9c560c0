using Delivery.Models.Wire;
using Delivery.Training.Settings;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Delivery.Training.Trainers;

public sealed partial class LinearSoftmaxTrainer
{
    private const uint StateFormat = 1;

    /// <summary>
    /// Goes on where <paramref name="state"/> was saved. Under settings with another <see cref="TrainModel.ConfigHash"/> it starts
    /// anew instead; other changes apply in place: a window that became smaller keeps its newest entries, and a batch that is now
    /// full makes its step at once.
    /// </summary>
    /// <exception cref="InvalidTrainModelException">The settings cannot be used.</exception>
    /// <exception cref="InvalidDataException">The bytes are no state of this model; the message says why.</exception>
    public static LinearSoftmaxTrainer Restore(TrainModel settings, ReadOnlySpan<byte> state)
    {
        var saved = Parse(settings, state);
        if (saved.ConfigHash != settings.ConfigHash()) return new LinearSoftmaxTrainer(settings) { WasReset = true };
        var trainer = new LinearSoftmaxTrainer(settings);
        trainer.Load(saved);
        trainer.StepIfFull();
        return trainer;
    }

    /// <summary>All that <see cref="Restore"/> needs; the same trainer gives the same bytes.</summary>
    public byte[] SaveState()
    {
        var state = new TrainState
        {
            Format = StateFormat,
            Model = _settings.Name.Value,
            ConfigHash = _settings.ConfigHash(),
            ModelVersion = (uint)_settings.ModelVersion,
            RequestCount = RequestCount,
            BatchCount = BatchCount,
            RefusedSteps = RefusedSteps,
            ClippedItems = ClippedItems,
            Batch = WrittenBatch(),
            Window = WindowCodec.Write(_window.Entries()),
            Baseline = new() { Mean = _baseline.Mean, Count = _baseline.Count },
            NewestEvent = _newestEvent,
            GradientNorm = _step.GradientNorm,
            Judged = _judged,
        };
        state.Last.AddRange(Unpadded(_last));
        if (_hasBest) state.Best.AddRange(Unpadded(_best));
        state.Seen.AddRange(_seen.Hashes);
        foreach (var fate in Enum.GetValues<ItemFate>())
        {
            if (Count(fate) > 0) state.Counts.Add(new TrainCount { Name = fate.ToString(), Count = Count(fate) });
        }
        return state.ToByteArray();
    }

    private TrainBatch WrittenBatch()
    {
        var written = new TrainBatch();
        written.Features.AddRange(_batch.AllFeatures);
        foreach (var item in _batch.Items)
        {
            written.Shown.Add((uint)item.Shown);
            written.Propensity.Add(item.Propensity);
            written.Reward.Add(item.Reward);
            written.EventMs.Add(item.EventMs);
        }
        return written;
    }

    private void Load(TrainState saved)
    {
        LoadWeights(saved.Last, _last);
        if (saved.Best.Count > 0)
        {
            LoadWeights(saved.Best, _best);
            (_hasBest, _bestIsLast, _judged) = (true, _best.AsSpan().SequenceEqual(_last), saved.Judged);
        }
        LoadBatch(saved.Batch ?? new());
        foreach (var entry in WindowCodec.Read(saved.Window ?? new(), _settings)) _window.Push(entry);
        foreach (var hash in saved.Seen) _seen.Add(hash);
        if (!double.IsFinite(saved.Baseline?.Mean ?? 0)) throw Damaged(_settings, $"its baseline is {saved.Baseline!.Mean}");
        _baseline.Restore(saved.Baseline?.Mean ?? 0, saved.Baseline?.Count ?? 0);
        if (saved.NewestEvent is { } newest && ItemFilter.EventMs(newest) is null) throw Damaged(_settings, $"its newest event is at {newest.Seconds} s and {newest.Nanos} ns");
        foreach (var count in saved.Counts)
        {
            if (Enum.TryParse<ItemFate>(count.Name, out var fate) && Enum.IsDefined(fate)) _counts[(int)fate] = count.Count;
        }
        (RequestCount, BatchCount, RefusedSteps, ClippedItems) = (saved.RequestCount, saved.BatchCount, saved.RefusedSteps, saved.ClippedItems);
        _step.GradientNorm = saved.GradientNorm;
        _newestEvent = saved.NewestEvent;
    }

    private void LoadWeights(RepeatedField<float> values, float[] padded)
    {
        var (classes, features) = (_settings.ClassNumber, _settings.FeatureCount);
        if (values.Count != classes * features) throw Damaged(_settings, $"it has {values.Count} weights; expected {classes} × {features}");
        for (var i = 0; i < values.Count; i++)
        {
            if (!float.IsFinite(values[i])) throw Damaged(_settings, $"weight {i} is {values[i]}");
            padded[i / features * _stride + i % features] = values[i];
        }
    }

    private void LoadBatch(TrainBatch saved)
    {
        var (count, features) = (saved.Shown.Count, saved.Features.ToArray());
        if (features.Length != (long)count * _settings.FeatureCount || saved.Propensity.Count != count || saved.Reward.Count != count || saved.EventMs.Count != count)
            throw Damaged(_settings, "the lists of its batch differ in length");
        for (var i = 0; i < count; i++)
        {
            if (saved.Shown[i] >= _settings.ClassNumber) throw Damaged(_settings, $"item {i} of its batch has class {saved.Shown[i]} of {_settings.ClassNumber}");
            if (!ItemFilter.CanHaveBeenKept(saved.EventMs[i], saved.Propensity[i], saved.Reward[i])) throw Damaged(_settings, $"item {i} of its batch has no usable propensity, reward or time");
            _batch.Add(new((int)saved.Shown[i], saved.Propensity[i], saved.Reward[i], saved.EventMs[i]), features.AsSpan(i * _settings.FeatureCount, _settings.FeatureCount));
        }
    }

    private static TrainState Parse(TrainModel settings, ReadOnlySpan<byte> state)
    {
        TrainState saved;
        try
        {
            saved = TrainState.Parser.ParseFrom(state);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"The training state of '{settings.Name}' is damaged: {e.Message}", e);
        }
        if (saved.Format != StateFormat) throw Damaged(settings, $"its format is {saved.Format}; expected {StateFormat}");
        return saved.Model == settings.Name.Value ? saved : throw Damaged(settings, $"it is that of '{saved.Model}'");
    }

    internal static InvalidDataException Damaged(TrainModel settings, string problem) => new($"The training state of '{settings.Name}' is damaged: {problem}.");
}
