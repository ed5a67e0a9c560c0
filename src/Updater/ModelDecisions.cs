using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Delivery.Models;
using Delivery.Models.Formats;
using Delivery.TrainingStore;
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
internal sealed class ModelDecisions(UpdaterOptions options, StorePuller puller, IDeliveredModels delivered, TimeProvider time)
{
    /// <summary>Names that this generation lets the updater touch.</summary>
    public static bool IsOpen(ModelName name, DeliveredTip tip) => !tip.Retired.Contains(name) && !tip.Held.ContainsKey(name);

    /// <summary>One decision for each name.</summary>
    public async Task<IReadOnlyDictionary<ModelName, ModelDecision>> DecideAsync(
        IReadOnlyList<ModelName> names, IReadOnlyDictionary<ModelName, PullOutcome> pulls, DeliveredTip tip, CancellationToken cancellationToken)
    {
        var decisions = new ConcurrentDictionary<ModelName, ModelDecision>();
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(options.Pull.Concurrency, Environment.ProcessorCount), CancellationToken = cancellationToken },
            async (name, token) =>
            {
                var started = time.GetTimestamp();
                var decision = await DecideAsync(name, pulls.GetValueOrDefault(name), tip, token);
                decisions[name] = decision with { Elapsed = time.GetElapsedTime(started) };
            });
        return KeepWithinTotal(decisions, tip);
    }

    private async Task<ModelDecision> DecideAsync(ModelName name, PullOutcome? pull, DeliveredTip tip, CancellationToken cancellationToken)
    {
        if (tip.Retired.Contains(name)) return Without(new ModelOutcome.Skipped("retired"));
        if (tip.Held.TryGetValue(name, out var why)) return Stay(name, tip, $"held: {why}");
        return pull switch
        {
            PullOutcome.Fetched fetched => await JudgeAsync(name, fetched.Model, tip, cancellationToken),
            PullOutcome.Failed failed => Stay(name, tip, $"failed: {failed.Reason}"),
            PullOutcome.Missing => Stay(name, tip, "missing from the training store"),
            _ => Stay(name, tip, "not pulled: it was held when the cycle began"),
        };
    }

    private async Task<ModelDecision> JudgeAsync(ModelName name, StoredModel stored, DeliveredTip tip, CancellationToken cancellationToken)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(stored.File.Span));
        var live = tip.Models.GetValueOrDefault(name);
        if (live?.Sha256 == sha256) return Stay(name, tip, "unchanged");
        if (tip.Quarantine.FirstOrDefault(q => q.Name == name && q.Sha256 == sha256) is { } known) return Stay(name, tip, $"quarantined: {known.Reason}");
        if (!TryReadChampion(name, tip, out var champion, out var problem)) return Stay(name, tip, problem);

        var before = champion?.Header.RequestCount;
        var reasons = StructuralTests.Check(name, stored.File, champion, options.Validation, out var candidate);
        if (reasons.Count > 0 || candidate is null) return Reject(reasons, sha256, before);
        try
        {
            if (GoldenTests.Check(name, candidate, options.Validation.GoldenFolder) is { } wrong) return Reject([wrong], sha256, before);
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
        if (drift.Count > 0) return Reject(drift, sha256, before);
        var (decision, gate) = HoldoutGate.Decide(candidate, champion, replay, options.Validation.Harm);
        return decision switch
        {
            GateDecision.Accept => new(Accept(name, stored, candidate, sha256, gate), before, gate, default),
            GateDecision.Reject => Reject([gate.Reason], sha256, before) with { Gate = gate },
            _ => Stay(name, tip, gate.Reason, before) with { Gate = gate },
        };
    }

    private ModelOutcome.Accepted Accept(ModelName name, StoredModel stored, LoadedModel candidate, string sha256, GateReport gate)
    {
        var card = ModelCard.Of(name, candidate, sha256, CardSource.Of(options.StoreName, stored), gate);
        return new ModelOutcome.Accepted(new AcceptedModel(name, card.Kind, stored.File, sha256, card.ToJson()), card, gate);
    }

    private bool TryReadChampion(ModelName name, DeliveredTip tip, out LoadedModel? champion, [NotNullWhen(false)] out string? problem)
    {
        (champion, problem) = (null, null);
        if (!tip.Models.ContainsKey(name)) return true;
        try
        {
            champion = LoadedModel.Of(delivered.ReadModel(name, tip));
            return true;
        }
        catch (InvalidModelException e)
        {
            // Without the champion nothing tells a good candidate from a bad one: a person rolls back or retires it.
            problem = $"the delivered model cannot be read: {e.Message}";
            return false;
        }
    }

    /// <summary>Accepts in the order of names until the folder is full.</summary>
    private Dictionary<ModelName, ModelDecision> KeepWithinTotal(IReadOnlyDictionary<ModelName, ModelDecision> decisions, DeliveredTip tip)
    {
        var total = tip.Models.Values.Sum(m => m.SizeBytes);
        var kept = decisions.ToDictionary();
        foreach (var (name, decision) in decisions.OrderBy(d => d.Key))
        {
            if (decision.Outcome is not ModelOutcome.Accepted accepted) continue;
            var grown = total + accepted.Model.File.Length - (tip.Models.GetValueOrDefault(name)?.SizeBytes ?? 0);
            if (grown <= options.MaxTotalBytes) total = grown;
            else kept[name] = Stay(name, tip, $"all models together would have {grown} bytes; the limit is {options.MaxTotalBytes}") with { Elapsed = decision.Elapsed, Gate = decision.Gate };
        }
        return kept;
    }

    private static ModelDecision Stay(ModelName name, DeliveredTip tip, string reason, ulong? before = null) =>
        Without(tip.Models.ContainsKey(name) ? new ModelOutcome.Kept(reason) : new ModelOutcome.Skipped(reason)) with { RequestCountBefore = before };

    private static ModelDecision Reject(IReadOnlyList<string> reasons, string sha256, ulong? before) =>
        new(new ModelOutcome.Rejected(reasons, sha256), before, null, default);

    private static ModelDecision Without(ModelOutcome outcome) => new(outcome, null, null, default);
}
