using System.Collections.Frozen;
using Delivery.ApplyRuntime.Settings;
using Delivery.FastData;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.Models.Sources;

namespace Delivery.ApplyRuntime.Sources;

/// <summary>Pulls the models of source <c>rtmr</c>: one thread of low priority decides, checks and swaps; only the asking itself runs elsewhere.</summary>
/// <remarks>
/// A pull that fails keeps the model in use, as does a store that has the model no more; both are told in the status. A pull that
/// hangs gives its place to the others after the timeout. Its answer is still taken if it comes, and until then its model is not asked for
/// again, so that a store that hangs holds a bounded number of pulls.
/// </remarks>
internal sealed class Puller : IDisposable
{
    private const int HangingPerPlace = 3;

    private readonly IModelSource _source;
    private readonly TrainingModelOptions _options;
    private readonly ConfigurationSlot _configurations;
    private readonly PulledModels _models;
    private readonly TimeProvider _time;
    private readonly object _gate = new(); // a monitor: the thread waits on it
    private readonly List<Answer> _answers = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Dictionary<string, PulledModel> _known = new(StringComparer.Ordinal);
    private readonly Thread _thread;
    private ApplyConfiguration? _seen;
    private int _running, _hanging;
    private bool _stop;

    public Puller(IModelSource source, TrainingModelOptions options, ConfigurationSlot configurations, PulledModels models, TimeProvider time)
    {
        (_source, _options, _configurations, _models, _time) = (source, options, configurations, models, time);
        _thread = new Thread(Run) { IsBackground = true, Name = "Delivery pulls", Priority = ThreadPriority.BelowNormal };
    }

    private bool HasPlace => _running < _options.Concurrency && _running + _hanging < HangingPerPlace * _options.Concurrency; // those that run may come to hang too

    public void Start() => _thread.Start();

    /// <summary>Ends the thread, which waits for no store. What was pulled can be used no more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stop) return;
            _stop = true;
            Monitor.Pulse(_gate);
        }
        Cancel(_closing);
        if (Thread.CurrentThread != _thread) _thread.Join();
        _models.Table = FrozenDictionary<string, PulledModel>.Empty;
    }

    private void Run()
    {
        while (true)
        {
            Answer[] answers;
            lock (_gate)
            {
                if (!_stop && _answers.Count == 0) Monitor.Wait(_gate, Pause());
                if (_stop) return;
                answers = [.. _answers];
                _answers.Clear();
            }
            foreach (var answer in answers) Take(answer);
            FindNames();
            GiveUpLate();
            StartDue();
        }
    }

    /// <summary>Until the first pull is due or late; a name that a request asks for is seen after one period at most.</summary>
    private TimeSpan Pause()
    {
        var pause = _options.Period;
        foreach (var model in _known.Values)
        {
            var wait = model switch
            {
                { IsOut: false } when HasPlace => _time.GetElapsedTime(_time.GetTimestamp(), model.DueAt),
                { IsOut: true, IsLate: false } => _options.Timeout - _time.GetElapsedTime(model.StartedAt),
                _ => pause,
            };
            if (wait < pause) pause = wait;
        }
        var least = TimeSpan.FromMilliseconds(1); // a clock that is read twice never leaves the thread spinning
        return pause > least ? pause : least;
    }

    private void FindNames()
    {
        var changed = false;
        var now = _time.GetTimestamp();
        var configuration = _configurations.Current;
        if (!ReferenceEquals(configuration, _seen))
        {
            _seen = configuration;
            foreach (var model in _known.Values) model.Configured = false;
            foreach (var model in configuration.Models.Where(model => model.ModelSource == ModelSource.Rtmr))
            {
                Add(model.Name, now, ref changed).Configured = true;
            }
        }
        foreach (var name in _models.TakeAsked())
        {
            if (_known.Count < _options.MostModels) Add(ModelName.Parse(name), now, ref changed);
        }
        foreach (var model in _known.Values.ToArray())
        {
            if (model.TakeUse()) model.UsedAt = now;
            if (model.Configured || model.IsOut || _time.GetElapsedTime(model.UsedAt, now) < _options.ForgetAfter) continue;
            changed |= _known.Remove(model.Name.Value);
        }
        if (changed) _models.Table = _known.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private PulledModel Add(ModelName name, long now, ref bool changed)
    {
        if (_known.TryGetValue(name.Value, out var known)) return known;
        changed = true;
        return _known[name.Value] = new PulledModel(name) { DueAt = now, UsedAt = now };
    }

    private void GiveUpLate()
    {
        foreach (var model in _known.Values.Where(model => model is { IsOut: true, IsLate: false } && _time.GetElapsedTime(model.StartedAt) >= _options.Timeout))
        {
            model.IsLate = true;
            var isAsked = !model.TryGiveUp();
            if (model.Limit is { } limit) Cancel(limit);
            _running--;
            _hanging++;
            Fail(model, Late(isAsked));
        }
    }

    private void StartDue()
    {
        var now = _time.GetTimestamp();
        foreach (var model in _known.Values.Where(model => !model.IsOut && model.DueAt <= now).OrderBy(model => model.DueAt).ToArray())
        {
            if (!HasPlace) return;
            model.Start(now);
            model.DueAt = now + (long)(_options.Period.TotalSeconds * _time.TimestampFrequency);
            _running++;
            var limit = model.Limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            _ = Task.Run(() => AskAsync(model, limit)); // a client that blocks must not block this thread
        }
    }

    private async Task AskAsync(PulledModel model, CancellationTokenSource limit)
    {
        Answer answer;
        try
        {
            answer = !_closing.IsCancellationRequested && model.TryAsk()
                ? new Answer(model, await _source.GetAsync(model.Name, limit.Token), null)
                : new Answer(model, null, Late(isAsked: false)); // its turn came too late
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            answer = new Answer(model, null, Late(isAsked: true));
        }
        catch (Exception e) // whatever a store does
        {
            answer = new Answer(model, null, $"The store failed: {e.Message}");
        }
        lock (_gate)
        {
            _answers.Add(answer);
            Monitor.Pulse(_gate);
        }
    }

    private string Late(bool isAsked) => isAsked
        ? $"The store gave no answer within {_options.Timeout.TotalMilliseconds:0} ms."
        : $"The store was not asked within {_options.Timeout.TotalMilliseconds:0} ms: the thread pool of this process is busy.";

    private void Take(Answer answer)
    {
        var model = answer.Model;
        var wasLate = model.IsLate;
        model.Limit?.Dispose();
        model.Limit = null;
        if (wasLate) _hanging--;
        else _running--;
        (model.IsOut, model.IsLate) = (false, false);
        try
        {
            if (answer.Problem is { } problem)
            {
                if (!wasLate) Fail(model, problem); // or it would count twice
            }
            else if (answer.Found is { } found) Use(model, found);
            else
            {
                var keeps = model.Model is null ? "" : " The one that was pulled before stays in use.";
                model.Status = model.Status with { TriedAt = _time.GetUtcNow(), FailuresInARow = 0, Problem = $"The store has no model '{model.Name}'.{keeps}" };
            }
        }
        catch (Exception e) // whatever is wrong with one model, the others go on
        {
            Fail(model, $"The store gave a file that cannot be used: {e.Message}");
        }
    }

    private void Use(PulledModel model, SourcedModel found)
    {
        if (found.File.Length > _options.MostModelBytes) throw new InvalidModelException($"it has {found.File.Length} bytes; at most {_options.MostModelBytes} are taken.");
        var content = ContentHash.Of(found.File.Span);
        var pulled = model.Model;
        if (pulled?.Entry.Content != content)
        {
            if (model.Refused is { } refused && refused.Content == content) throw new InvalidModelException(refused.Problem);
            try
            {
                pulled = CopiedModel.Check(found.File.Span, content, model.Name);
            }
            catch (Exception e)
            {
                model.Refused = (content, e.Message);
                throw;
            }
        }
        model.Refused = null;
        var now = _time.GetUtcNow();
        model.Status = model.Status with { Model = pulled.Status, SavedAt = found.SavedAt, PulledAt = now, TriedAt = now, FailuresInARow = 0, Problem = null };
        model.Model = pulled; // last, so that the status tells of whatever a request decides with
    }

    /// <summary>What a store registered for the cancellation runs elsewhere: it may block or throw, and a timer that cancels would end the process with what it throws.</summary>
    private static void Cancel(CancellationTokenSource source) => _ = source.CancelAsync();

    private void Fail(PulledModel model, string problem)
    {
        var status = model.Status;
        model.Status = status with { TriedAt = _time.GetUtcNow(), Failures = status.Failures + 1, FailuresInARow = status.FailuresInARow + 1, Problem = problem };
    }

    private sealed record Answer(PulledModel Model, SourcedModel? Found, string? Problem);
}
