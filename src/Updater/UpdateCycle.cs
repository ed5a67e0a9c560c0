using System.Globalization;
using Delivery.Models;
using Delivery.TrainingStore;
using Delivery.Updater.Pulling;
using Delivery.Updater.Records;

namespace Delivery.Updater;

/// <summary>
/// One cycle: read the list, pull, test, deliver all that passed as one generation, leave a record. What is live changes by
/// that one delivery or not at all. Several updaters may run at once: the folder lets one win, the others decide anew.
/// </summary>
public sealed class UpdateCycle
{
    /// <summary>Deliveries that may be lost to other updaters before a cycle gives up, the first one included.</summary>
    private const int Attempts = 4;

    private readonly UpdaterOptions _options;
    private readonly IDeliveredModels _delivered;
    private readonly CycleRecords _records;
    private readonly TimeProvider _time;
    private readonly StorePuller _puller;
    private readonly ModelDecisions _decisions;

    /// <exception cref="ArgumentException"><paramref name="options"/> have problems.</exception>
    public UpdateCycle(UpdaterOptions options, ITrainingStore store, IDeliveredModels delivered, CycleRecords records, TimeProvider time)
    {
        options.ThrowIfUnusable();
        (_options, _delivered, _records, _time) = (options, delivered, records, time);
        _puller = new StorePuller(store, options.Pull, time);
        _decisions = new ModelDecisions(options, _puller, delivered, time);
    }

    /// <summary>Runs one cycle. What goes wrong stands in the record, which is on the disk when this returns.</summary>
    /// <param name="dryRun">Decides and delivers nothing, and keeps no record.</param>
    /// <param name="cancellationToken">Stops before the delivery, never in it; the record says so.</param>
    /// <exception cref="IOException">The record could not be written.</exception>
    public async Task<CycleRecord> RunAsync(bool dryRun, CancellationToken cancellationToken)
    {
        var (started, stamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        var blank = new CycleRecord
        {
            Cycle = $"{started.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}-{Environment.ProcessId}",
            Started = started,
            DurationSeconds = 0,
            Result = CycleResult.Failed,
        };
        CycleRecord record;
        try
        {
            record = await RunAsync(blank, dryRun, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            record = blank with { Result = CycleResult.Stopped, Error = "stopped before anything was delivered" };
        }
        catch (Exception e)
        {
            record = blank with { Error = e is ModelListException ? e.Message : $"{e.GetType().Name}: {e.Message}" };
        }
        record = record with { DurationSeconds = _time.GetElapsedTime(stamp).TotalSeconds };
        if (!dryRun) await _records.AppendAsync(record, CancellationToken.None);
        return record;
    }

    private async Task<CycleRecord> RunAsync(CycleRecord blank, bool dryRun, CancellationToken cancellationToken)
    {
        var tip = _delivered.ReadTip();
        var names = ModelList.Load(_options.ModelListPath, tip.KnownNames).Names;
        var previous = PreviousReports();
        var pulls = await _puller.PullAsync([.. names.Where(name => ModelDecisions.IsOpen(name, tip))], cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var decisions = await _decisions.DecideAsync(names, pulls, tip, cancellationToken);
            var record = blank with
            {
                Epoch = tip.Epoch,
                Commit = tip.Commit.Length == 0 ? null : tip.Commit,
                Models = [.. names.Select(name => Report(name, decisions[name], pulls, tip, previous, blank.Started))],
                Unlisted = [.. tip.Models.Keys.Except(names).Order().Select(name => name.Value)],
            };
            var request = Request(blank, decisions, tip);
            if (dryRun) return record with { Result = CycleResult.DryRun };
            if (request.Accepted.Count == 0 && request.Quarantine.Count == 0) return record with { Result = CycleResult.Unchanged };
            cancellationToken.ThrowIfCancellationRequested();
            switch (Deliver(request, cancellationToken))
            {
                case (DeliveryResult.Published published, _):
                    return record with { Result = CycleResult.Published, Epoch = published.Epoch, Commit = published.Commit };
                case (DeliveryResult.Unchanged, _):
                    return record with { Result = CycleResult.Unchanged };
                case (DeliveryResult.LostRace, _) when attempt < Attempts:
                    tip = _delivered.ReadTip();
                    break;
                case (DeliveryResult.LostRace lost, _):
                    return record with { Error = $"lost {attempt} races to other updaters; the folder is at {lost.Found}" };
                case (DeliveryResult.Busy busy, _):
                    return record with { Error = $"the folder is busy: {busy.Reason}" };
                case (_, var error):
                    return record with { Error = error };
            }
        }
    }

    private (DeliveryResult? Result, string? Error) Deliver(DeliveryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return (_delivered.Deliver(request, cancellationToken), null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"the delivery failed: {e.GetType().Name}: {e.Message}"); // the outcomes are still worth a record
        }
    }

    private static DeliveryRequest Request(CycleRecord cycle, IReadOnlyDictionary<ModelName, ModelDecision> decisions, DeliveredTip tip)
    {
        var outcomes = decisions.ToDictionary(d => d.Key, d => d.Value.Outcome);
        var before = decisions.Where(d => d.Value.RequestCountBefore is not null)
            .ToDictionary(d => d.Key, d => (tip.Models[d.Key].Sha256, d.Value.RequestCountBefore!.Value));
        return new DeliveryRequest
        {
            Expected = tip,
            Cycle = cycle.Cycle,
            Accepted = [.. outcomes.Values.OfType<ModelOutcome.Accepted>().Select(a => a.Model).OrderBy(m => m.Name)],
            Quarantine = [.. from o in outcomes orderby o.Key let rejected = o.Value as ModelOutcome.Rejected where rejected is not null
                             select new QuarantinedContent(o.Key, rejected.Sha256, rejected.Reason, cycle.Started)],
            Message = CommitMessage.Build(cycle.Cycle, outcomes, before),
        };
    }

    private static ModelReport Report(
        ModelName name, ModelDecision decision, IReadOnlyDictionary<ModelName, PullOutcome> pulls, DeliveredTip tip, IReadOnlyDictionary<string, ModelReport> previous, DateTimeOffset now)
    {
        var last = previous.GetValueOrDefault(name.Value);
        var seen = tip.KnownNames.Contains(name) || last is { State: not ModelState.NeverSeen };
        var state = tip.Retired.Contains(name) ? ModelState.Retired : pulls.GetValueOrDefault(name) switch
        {
            PullOutcome.Fetched => ModelState.Present,
            PullOutcome.Missing => seen ? ModelState.Missing : ModelState.NeverSeen,
            _ => last?.State ?? (seen ? ModelState.Present : ModelState.NeverSeen), // nothing was learned of it this time
        };
        var accepted = decision.Outcome as ModelOutcome.Accepted;
        return new ModelReport
        {
            Name = name.Value,
            Outcome = decision.Outcome.Word,
            Reason = decision.Outcome.Reason,
            State = state,
            MissingSince = state == ModelState.Missing ? last?.MissingSince ?? now : null,
            Sha256Before = tip.Models.GetValueOrDefault(name)?.Sha256,
            Sha256Candidate = accepted?.Model.Sha256 ?? (decision.Outcome as ModelOutcome.Rejected)?.Sha256,
            RequestCountBefore = decision.RequestCountBefore,
            RequestCountAfter = accepted?.Card.RequestCount ?? decision.RequestCountBefore,
            DurationSeconds = decision.Elapsed.TotalSeconds,
            Gate = decision.Gate,
        };
    }

    /// <summary>What the last cycle that got as far knew; nothing where the records cannot be read, which costs no more than the time since when a model is missing.</summary>
    private Dictionary<string, ModelReport> PreviousReports()
    {
        try
        {
            var recent = _records.ReadBackward().Take(100).FirstOrDefault(record => record.Models.Count > 0); // failed cycles have none
            return recent?.Models.ToDictionary(report => report.Name) ?? [];
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
