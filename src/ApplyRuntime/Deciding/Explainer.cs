using System.Globalization;
using System.Text;
using Delivery.ApplyRuntime.Blending;
using Delivery.ApplyRuntime.Leasing;
using Delivery.ApplyRuntime.Observing;
using Delivery.ApplyRuntime.Settings;
using Delivery.ApplyRuntime.Sources;

namespace Delivery.ApplyRuntime.Deciding;

/// <summary>Puts one decision into words. It asks each application in the way in which deciding does, so that it cannot tell another story.</summary>
internal sealed class Explainer(PositionDecider decider, GenerationSlot slot, OtherSources others, TimeProvider clock, bool isLogged)
{
    private readonly StringBuilder _text = new();

    public string Explain(in DecisionRequest request, IBlender blender)
    {
        var rules = decider.Rules(request);
        var time = request.Time ?? clock.GetUtcNow();
        using var lease = slot.Acquire();
        Say($"Request '{request.RequestId}' for {request.Intent} at {time.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, {Words.Count(request.Features.Length, "feature")}"
            + $"{(request.Locale is { } locale ? $", locale {locale}" : "")}{(request.UserInterface is { } ui ? $", interface {ui}" : "")}.");
        Say(lease.IsEmpty ? "No generation of models is loaded." : $"Generation {lease.Epoch} is in use.");
        if (request.Override is not null) Say("The request carries settings of its own.");
        if (rules.Learners is { } learners) Say($"Only these models learn from {request.Intent}: {(learners.Length == 0 ? "none" : string.Join(", ", learners.Select(learner => learner.Name)))}.");
        if (request.Foreign is { Propensity: > 0 } foreign && LearnsFromOthers(rules, request, blender))
        {
            Say($"Somebody else has already shown class {foreign.Shown}, with probability {Number(foreign.Propensity)}. Models learn from that; the blender is told nothing.");
            return _text.ToString();
        }
        if (rules.Entries.Length == 0) Say($"No model is applied to {request.Intent}: the page stays as it is. {(decider.Intents is [_, ..] known ? $"The settings have {Words.Names(known)}." : "The settings are empty.")}");
        foreach (var entry in rules.Entries)
        {
            if (Decides(entry, request, time, blender, lease)) return _text.ToString();
        }
        if (rules.Entries.Length > 0) Say("No model has a position: the page stays as it is.");
        return _text.ToString();
    }

    private bool Decides(ApplyEntry entry, in DecisionRequest request, DateTimeOffset time, IBlender blender, Lease lease)
    {
        var outcome = DecisionOutcome.Blank(time, lease.Epoch, UntouchedReason.None);
        decider.Ask(entry, request, blender, lease, ref outcome);
        Say($"{entry.Name}, priority {entry.Settings.ApplyPriority}, source {entry.Settings.ModelSource.Word()}, condition {entry.Settings.ApplyCondition.Word()}:");
        if (Refusal(outcome.Untouched, entry, request) is { } refusal)
        {
            Say($"  {refusal} It is passed over.");
            return false;
        }
        SayPivot(entry, outcome, request, lease);
        SayChance(entry, outcome);
        if (outcome.Untouched != UntouchedReason.None) return false;
        Say($"  Shown: {Class(outcome.Shown, outcome.ClassCount)}. The blender is told position {outcome.Position} with priority {entry.Settings.ApplyPriority}.");
        return true;
    }

    private static string? Refusal(UntouchedReason reason, ApplyEntry entry, in DecisionRequest request) => reason switch
    {
        UntouchedReason.Locale => $"The locale '{request.Locale}' is not among {string.Join(", ", entry.Settings.Locales)}.",
        UntouchedReason.UserInterface => $"The interface '{request.UserInterface}' is not among {string.Join(", ", entry.Settings.UserInterfaces)}.",
        UntouchedReason.NoIntent => $"The blender does not deal with {request.Intent} here.",
        UntouchedReason.NoDocument => $"There is no document of {request.Intent}.",
        _ => null,
    };

    private void SayPivot(ApplyEntry entry, in DecisionOutcome outcome, in DecisionRequest request, Lease lease)
    {
        Say(outcome.Model is { } model
            ? $"  Model {model.Content.Short}, {model.Kind}, version {model.ModelVersion}, {model.ClassCount} classes, {Words.Count(model.FeatureCount, "feature")}, {Words.Count((long)model.RequestCount, "request")} processed."
            : "  There is no model.");
        if (others.Tell(entry, request, outcome.Model, clock.GetUtcNow()) is { } source) Say($"  {source}");
        if (Why(outcome, request.Features.Length) is { } why) Say($"  {why}");
        Say("  " + outcome.Source switch
        {
            DecisionSource.Model => $"The model's best: {Class(outcome.Pivot, outcome.ClassCount)}. {Scores(entry, request, lease)}",
            DecisionSource.FixedPosition => $"FixedPos: {Class(outcome.Pivot, outcome.ClassCount)}, as {outcome.RequestCount} requests are fewer than FixedPosReqCount, {entry.Settings.RandomizeParams!.FixedPosReqCount}.",
            DecisionSource.Fallback => $"FallBackBlenderPos: {Class(outcome.Pivot, outcome.ClassCount)}.",
            _ => "There is no FallBackBlenderPos either: without exploration the page stays as it is.",
        });
    }

    private void SayChance(ApplyEntry entry, in DecisionOutcome outcome)
    {
        if (entry.Settings.RandomizeParams is not { } randomize)
        {
            Say("  There is no RandomizeParams: nothing is left to chance.");
            return;
        }
        Say($"  Explore probability {Number(outcome.ExploreProbability)}: {Formula(randomize, outcome.RequestCount)}");
        Say($"  Draw {Number(outcome.Draw.Explore)}, of hash {outcome.Draw.Hash} in salt period {outcome.SaltBucket} of {randomize.RandomSaltMinutes} minutes.");
        if (outcome.Explored)
        {
            var distribution = new double[outcome.ClassCount];
            entry.Bundle!.Fill(outcome.Pivot, distribution);
            Say($"  Randomised by {entry.Bundle.Name}: draw {Number(outcome.Draw.Choose)} in [{string.Join(", ", distribution.Select(Number))}] is class {outcome.Shown}, with probability {Number(outcome.Propensity)}. {(isLogged ? "It is logged." : "Nothing logs it: the runtime has no sink for decisions.")}");
        }
        else
        {
            Say(outcome.Draw.Explore >= outcome.ExploreProbability ? "  Not randomised."
                : outcome.ClassCount == 0 ? "  It would be randomised, but the number of classes is not known without a model. Give ClassNumber."
                : "  It would be randomised, but a feature is not finite, so that nothing could be learned from it.");
        }
    }

    private static string? Why(in DecisionOutcome outcome, int features) => outcome.Reason switch
    {
        FallbackReason.NoSource => $"This runtime has no models from {outcome.Application!.ModelSource.Word()}.",
        FallbackReason.WrongFeatureCount => $"The request has {Words.Count(features, "feature")}: the model cannot be used.",
        FallbackReason.WrongClassCount => $"The settings say {outcome.ClassCount} classes: the model cannot be used.",
        FallbackReason.NotFinite => "A feature is not finite, or the scores overflow: the model cannot be used.",
        _ => null,
    };

    private static string Formula(RandomizeParams randomize, ulong n) =>
        n < (ulong)randomize.FullRandomReqCount ? $"{n} requests are fewer than FullRandomReqCount, {randomize.FullRandomReqCount}."
        : randomize.RandomProbA == 0 ? $"MinRandomProb {Number(randomize.MinRandomProb)}."
        : $"{Number(randomize.RandomProbA)} / (1 + {Number(randomize.RandomProbB)} · {randomize.RandomProbFunc!.Value.Word()}({n})) = {Number(randomize.Formula(n))}, at least {Number(randomize.MinRandomProb)}, at most 1.";

    private string Scores(ApplyEntry entry, in DecisionRequest request, Lease lease)
    {
        if (Weighing.Find(entry, request, lease, others, out var model) != FallbackReason.None) return "";
        var scores = new float[model!.Scorer.ClassCount];
        BestClass.Score(model, request.Features, entry.NotShownScore, scores);
        return "Scores: " + string.Join(", ", scores.Select((score, k) => (score, k)).OrderByDescending(pair => pair.score).ThenBy(pair => pair.k).Take(5)
            .Select(pair => $"{pair.k}: {pair.score.ToString("0.####", CultureInfo.InvariantCulture)}")) + (scores.Length > 5 ? " ..." : "") + ".";
    }

    private static bool LearnsFromOthers(IntentRules rules, in DecisionRequest request, IBlender blender)
    {
        if (rules.Learners is { } learners) return learners.Length > 0;
        foreach (var entry in rules.Entries)
        {
            if (Logging.RandomisedLog.Uses(entry, request, blender)) return true;
        }
        return false;
    }

    private static string Class(int k, int classes) => k == classes - 1 ? $"class {k}, not shown" : $"class {k}";

    private static string Number(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);

    private void Say(string line) => _text.Append(line).Append('\n');
}
