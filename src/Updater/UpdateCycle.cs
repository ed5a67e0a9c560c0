using System.Globalization;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
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
    private readonly FastDataPublisher _publisher;
    private readonly CycleRecords _records;
    private readonly TimeProvider _time;
    private readonly StorePuller _puller;
    private readonly ModelDecisions _decisions;

    /// <param name="options">How it works.</param>
    /// <param name="store">Where candidates and holdouts come from.</param>
    /// <param name="publisher">Where models are delivered.</param>
    /// <param name="records">Where the record of each cycle goes.</param>
    /// <param name="time">The clock of the records.</param>
    /// <exception cref="ArgumentException"><paramref name="options"/> have problems.</exception>
    public UpdateCycle(UpdaterOptions options, ITrainingStore store, FastDataPublisher publisher, CycleRecords records, TimeProvider time)
    {
        options.ThrowIfUnusable();
        (_options, _publisher, _records, _time) = (options, publisher, records, time);
        _puller = new StorePuller(store, options.Pull, time);
        _decisions = new ModelDecisions(options, _puller, new DeliveredModels(publisher.Folder), time);
    }

    /// <summary>Runs one cycle. What goes wrong stands in the record, which is on the disk when this returns.</summary>
    /// <param name="dryRun">Decides and delivers nothing, and keeps no record.</param>
    /// <param name="cancellationToken">Stops before the delivery, never in it; the record says so.</param>
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
            record = blank with { Error = ErrorText.Of(e) };
        }
        record = record with { DurationSeconds = _time.GetElapsedTime(stamp).TotalSeconds };
        return dryRun ? record : await KeepAsync(record);
    }

    // What was published is live whether its record can be kept or not.
    private async Task<CycleRecord> KeepAsync(CycleRecord record)
    {
        try
        {
            await _records.AppendAsync(record, CancellationToken.None);
            return record;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var lost = $"the record of this cycle could not be kept: {e.Message}";
            return record with { Warning = record.Warning is null ? lost : $"{record.Warning} {lost}" };
        }
    }

    private async Task<CycleRecord> RunAsync(CycleRecord blank, bool dryRun, CancellationToken cancellationToken)
    {
        var tip = _publisher.ReadTip(cancellationToken);
        if (ControlState.Read(tip, _time.GetUtcNow()).Freeze is { } frozen) return Frozen(blank, tip, frozen);
        var names = ModelList.Load(_options.ModelListPath, tip.Models.Keys).Names;
        var previous = PreviousReports();
        var pulls = await _puller.PullAsync(names, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var control = ControlState.Read(tip, _time.GetUtcNow());
            var decisions = await _decisions.DecideAsync(pulls, tip, control, cancellationToken);
            var record = blank with
            {
                Epoch = tip.Epoch,
                Commit = tip.Commit?.Hex,
                Models = [.. names.Select(name => Report(name, decisions[name], pulls, tip, control, previous, blank.Started))],
                Unlisted = [.. tip.Models.Keys.Except(names).Order().Select(name => name.Value)],
            };
            var publication = Publication(blank, decisions, tip, control);
            if (dryRun) return record with { Result = CycleResult.DryRun };
            if (publication.Models.Count == 0 && publication.Control.Count == 0) return record with { Result = CycleResult.Unchanged };
            cancellationToken.ThrowIfCancellationRequested();
            switch (Publish(publication, cancellationToken))
            {
                case (PublishOutcome.Published published, _):
                    return record with { Result = CycleResult.Published, Epoch = published.Epoch, Commit = published.Commit.Hex, Warning = published.Warning };
                case (PublishOutcome.Unchanged, _):
                    return record with { Result = CycleResult.Unchanged };
                case (PublishOutcome.Frozen now, _):
                    return Frozen(record, tip, new ControlOrder(now.Since, now.Until, now.Actor, now.Reason));
                case (PublishOutcome.LostRace, _) when attempt < Attempts:
                    tip = _publisher.ReadTip(cancellationToken);
                    break;
                case (PublishOutcome.LostRace lost, _):
                    return record with { Error = $"lost {attempt} races to other updaters; the folder is at {lost.Found?.Hex ?? "an empty history"}" };
                case (_, var error):
                    return record with { Error = error };
            }
        }
    }

    // Whatever goes wrong here, the outcomes are still worth a record.
    private (PublishOutcome? Outcome, string? Error) Publish(Publication publication, CancellationToken cancellationToken)
    {
        try
        {
            return (_publisher.Publish(publication, cancellationToken), null);
        }
        catch (FolderBusyException e)
        {
            return (null, $"the folder is busy: {e.Message}");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"the delivery failed: {ErrorText.Of(e)}");
        }
    }

    private static CycleRecord Frozen(CycleRecord record, FastDataTip tip, ControlOrder freeze) =>
        record with { Result = CycleResult.Frozen, Epoch = tip.Epoch, Commit = tip.Commit?.Hex, Freeze = FreezeReport.Of(freeze) };

    private static Publication Publication(CycleRecord cycle, IReadOnlyDictionary<ModelName, ModelDecision> decisions, FastDataTip tip, ControlState orders)
    {
        var outcomes = decisions.ToDictionary(d => d.Key, d => d.Value.Outcome);
        var before = decisions.Where(d => d.Value.RequestCountBefore is not null)
            .ToDictionary(d => d.Key, d => (tip.Models[d.Key].Content, d.Value.RequestCountBefore!.Value));
        var control = new Dictionary<string, ReadOnlyMemory<byte>?>();
        var rejections = outcomes.Where(o => o.Value is ModelOutcome.Rejected)
            .Select(o => new QuarantinedContent(o.Key, ((ModelOutcome.Rejected)o.Value).Content, cycle.Started, o.Value.Reason)).ToList();
        if (rejections.Count > 0) control[Quarantine.FileName] = Quarantine.Write(Quarantine.Read(tip).Concat(rejections));
        ModelChange[] accepted = [.. outcomes.Values.OfType<ModelOutcome.Accepted>().Select(outcome => outcome.Change).OrderBy(change => change.Name)];
        if (accepted.Length + control.Count > 0)
        {
            // Orders that are past count for nothing, so they make no commit of their own.
            foreach (var (file, content) in orders.WithoutExpired) control[file] = content;
        }
        return new Publication
        {
            ExpectedTip = tip.Commit,
            Message = CommitMessage.Build(cycle.Cycle, outcomes, before),
            Models = accepted,
            Control = control,
        };
    }

    private static ModelReport Report(
        ModelName name, ModelDecision decision, IReadOnlyDictionary<ModelName, PullOutcome> pulls, FastDataTip tip, ControlState control,
        IReadOnlyDictionary<string, ModelReport> previous, DateTimeOffset now)
    {
        var last = previous.GetValueOrDefault(name.Value);
        var seen = tip.Models.ContainsKey(name) || last is { State: not ModelState.NeverSeen };
        var state = control.Retired.ContainsKey(name) ? ModelState.Retired : pulls[name] switch
        {
            PullOutcome.Fetched => ModelState.Present,
            PullOutcome.Missing => seen ? ModelState.Missing : ModelState.NeverSeen,
            _ => last is { State: not ModelState.Retired } ? last.State : (seen ? ModelState.Present : ModelState.NeverSeen), // nothing was learned of it this time
        };
        var accepted = decision.Outcome as ModelOutcome.Accepted;
        return new ModelReport
        {
            Name = name.Value,
            Outcome = decision.Outcome.Word,
            Reason = decision.Outcome.Reason,
            State = state,
            MissingSince = state == ModelState.Missing ? last?.MissingSince ?? now : null,
            Sha256Before = tip.Models.GetValueOrDefault(name)?.Content.Hex,
            Sha256Candidate = accepted?.Card.Sha256 ?? (decision.Outcome as ModelOutcome.Rejected)?.Content.Hex,
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
            var recent = _records.ReadBackward().Where(record => record.Result != CycleResult.Frozen).Take(100).FirstOrDefault(record => record.Models.Count > 0); // failed cycles have none
            return recent?.Models.DistinctBy(report => report.Name).ToDictionary(report => report.Name) ?? [];
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
