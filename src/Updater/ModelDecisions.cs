using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.TrainingStore;
using Delivery.Updater.Publishing;
using Delivery.Updater.Pulling;
using Delivery.Updater.Validation;

namespace Delivery.Updater;

/// <summary>A decision on one model, with what it was based on.</summary>
/// <param name="Outcome">What was decided.</param>
/// <param name="RequestCountBefore">Of the delivered model; null when there is none, or it had not to be read.</param>
/// <param name="Gate">The gate's evidence; null when the candidate did not get there.</param>
/// <param name="Elapsed">Time spent.</param>
internal sealed record ModelDecision(ModelOutcome Outcome, ulong? RequestCountBefore, GateReport? Gate, TimeSpan Elapsed);

/// <summary>Decides on each pulled model against one generation: structure, goldens, drift, gate.</summary>
internal sealed class ModelDecisions(UpdaterOptions options, StorePuller puller, DeliveredModels delivered, TimeProvider time)
{
    /// <summary>One decision for each model that was pulled.</summary>
    public async Task<IReadOnlyDictionary<ModelName, ModelDecision>> DecideAsync(
        IReadOnlyDictionary<ModelName, PullOutcome> pulls, FastDataTip tip, ControlState control, CancellationToken cancellationToken)
    {
        var decisions = new ConcurrentDictionary<ModelName, ModelDecision>();
        var quarantine = Quarantine.Read(tip).ToLookup(rejected => (rejected.Name, rejected.Content), rejected => rejected.Reason);
        await Parallel.ForEachAsync(
            pulls,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(options.Pull.Concurrency, Environment.ProcessorCount), CancellationToken = cancellationToken },
            async (pull, token) =>
            {
                var started = time.GetTimestamp();
                var decision = await DecideAsync(pull.Key, pull.Value, tip, control, quarantine, token);
                decisions[pull.Key] = decision with { Elapsed = time.GetElapsedTime(started) };
            });
        return KeepWithinTotal(decisions, tip);
    }

    private async Task<ModelDecision> DecideAsync(
        ModelName name, PullOutcome pull, FastDataTip tip, ControlState control, ILookup<(ModelName, ContentHash), string> quarantine, CancellationToken cancellationToken)
    {
        if (control.Retired.TryGetValue(name, out var retired)) return Stay(name, tip, $"retired {retired.Order.Words}");
        switch (pull)
        {
            case PullOutcome.Failed failed:
                return Stay(name, tip, $"failed: {failed.Reason}");
            case PullOutcome.Fetched when control.Pins.TryGetValue(name, out var pin):
                return Stay(name, tip, $"pinned {pin.Order.Words}");
            case PullOutcome.Fetched { Model: var stored }:
                var content = ContentHash.Of(stored.File.Span);
                if (tip.Models.GetValueOrDefault(name)?.Content == content) return Stay(name, tip, "unchanged");
                if (!options.Publish.For(name).IsExact && delivered.TrainedContentOf(name, tip) == content) return Stay(name, tip, "unchanged");
                if (quarantine[(name, content)].FirstOrDefault() is { } why) return Stay(name, tip, $"quarantined: {why}");
                return await JudgeAsync(name, stored, content, tip, cancellationToken);
            default:
                return Stay(name, tip, "missing from the training store");
        }
    }

    private async Task<ModelDecision> JudgeAsync(ModelName name, StoredModel stored, ContentHash content, FastDataTip tip, CancellationToken cancellationToken)
    {
        if (!TryReadChampion(name, tip, out var champion, out var problem)) return Stay(name, tip, problem);

        var before = champion?.Header.RequestCount;
        var reasons = StructuralTests.Check(name, stored.File, champion, options.Validation, time.GetUtcNow(), out var trained);
        if (reasons.Count > 0 || trained is null) return Reject(reasons, content, before);
        // From here on what is tested is what would be published, byte for byte; what is quarantined is what the store offers.
        var published = PublishedModel.Of(trained, champion, options.Publish.For(name));
        var candidate = published.Model;
        if (published.Report is not null)
        {
            reasons = StructuralTests.Check(name, candidate.File, champion, options.Validation, time.GetUtcNow(), out _);
            if (reasons.Count > 0) return Reject(reasons, content, before);
        }
        if (published.WeightsStay && champion is not null && !HeaderNews.Any(candidate.Header, champion.Header)) return Stay(name, tip, "no weight moved more than is published", before);
        try
        {
            if (GoldenTests.Check(name, candidate, options.Validation.GoldenFolder) is { } wrong) return Reject([wrong], content, before);
        }
        catch (GoldenFileException e)
        {
            return Stay(name, tip, $"golden file: {e.Message}", before);
        }

        var (items, failure) = await puller.ReadHoldoutAsync(name, cancellationToken);
        // A first delivery is not judged on the holdout, so it does not fail for want of one either.
        if (failure is not null && champion is not null) return Stay(name, tip, $"holdout: {failure}", before);
        var replay = HoldoutReplay.Of(items ?? [], candidate, champion);
        var drift = DriftTests.Check(candidate, champion, replay, options.Validation);
        if (drift.Count > 0) return Reject(drift, content, before);
        var (decision, gate) = HoldoutGate.Decide(candidate, champion, replay, options.Validation.Harm);
        return decision switch
        {
            GateDecision.Accept => new(Accept(name, stored, content, gate, published, published.Report?.On(HoldoutReplay.Of(items ?? [], candidate, trained))), before, gate, default),
            GateDecision.Reject => Reject([gate.Reason], content, before) with { Gate = gate },
            _ => Stay(name, tip, gate.Reason, before) with { Gate = gate },
        };
    }

    private ModelOutcome.Accepted Accept(ModelName name, StoredModel stored, ContentHash trained, GateReport gate, PublishedModel published, PublicationReport? cost)
    {
        var file = published.Model.File;
        var card = ModelCard.Of(name, published.Model, cost is null ? trained : ContentHash.Of(file.Span), CardSource.Of(options.StoreName, stored), gate) with
        {
            TrainedSha256 = cost is null ? null : trained.Hex,
            Publication = cost,
        };
        return new ModelOutcome.Accepted(new ModelChange(name, file, Encoding.UTF8.GetBytes(card.ToJson())), card);
    }

    private bool TryReadChampion(ModelName name, FastDataTip tip, out LoadedModel? champion, [NotNullWhen(false)] out string? problem)
    {
        (champion, problem) = (null, null);
        if (!tip.Models.ContainsKey(name)) return true;
        try
        {
            champion = LoadedModel.Of(delivered.Read(name, tip));
            return true;
        }
        catch (Exception e) when (e is InvalidModelException or FastDataException)
        {
            // Without the champion nothing tells a good candidate from a bad one: a person looks into it.
            problem = $"the delivered model cannot be read: {e.Message}";
            return false;
        }
    }

    /// <summary>Accepts in the order of names until the folder is full.</summary>
    private Dictionary<ModelName, ModelDecision> KeepWithinTotal(IReadOnlyDictionary<ModelName, ModelDecision> decisions, FastDataTip tip)
    {
        var total = tip.Models.Values.Sum(m => m.Length);
        var kept = decisions.ToDictionary();
        foreach (var (name, decision) in decisions.OrderBy(d => d.Key))
        {
            if (decision.Outcome is not ModelOutcome.Accepted accepted) continue;
            var grown = total + accepted.Change.File.Length - (tip.Models.GetValueOrDefault(name)?.Length ?? 0);
            if (grown <= options.MaxTotalBytes) total = grown;
            else kept[name] = Stay(name, tip, $"all models together would have {grown} bytes; the limit is {options.MaxTotalBytes}") with { Elapsed = decision.Elapsed, Gate = decision.Gate };
        }
        return kept;
    }

    private static ModelDecision Stay(ModelName name, FastDataTip tip, string reason, ulong? before = null) =>
        new(tip.Models.ContainsKey(name) ? new ModelOutcome.Kept(reason) : new ModelOutcome.Skipped(reason), before, null, default);

    private static ModelDecision Reject(IReadOnlyList<string> reasons, ContentHash content, ulong? before) =>
        new(new ModelOutcome.Rejected(reasons, content), before, null, default);
}
