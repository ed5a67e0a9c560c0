using Delivery.Updater;

namespace Delivery.Cli.Demo;

/// <summary>What must be true after the demo. What the data says, such as whether the learned choice wins, is told and not checked.</summary>
public static class DemoChecks
{
    /// <summary>Each check that failed, with what was found and what was expected.</summary>
    /// <param name="summary">The run; its own problems do not count.</param>
    /// <param name="plan">What was meant to happen.</param>
    /// <param name="hasEnded">Whether the reader process ended when told to, with its last line.</param>
    public static IEnumerable<string> Problems(DemoSummary summary, DemoPlan plan, bool hasEnded)
    {
        var last = summary.Cycles[^1].Epoch;
        if (summary.History.Count != last) yield return $"The history has {summary.History.Count} commits; expected {last}, one for each epoch.";
        if (!hasEnded)
        {
            yield return "The reader process did not end with its last line when it was told to stop.";
        }
        else
        {
            if (summary.Reader.Decisions == 0) yield return "The reader process made no decision.";
            if (summary.Reader.Failed > 0) yield return $"{summary.Reader.Failed} of {summary.Reader.Decisions} decisions of the reader process failed; expected none.";
            if (summary.Reader.Epoch != last) yield return $"The reader process ended at epoch {summary.Reader.Epoch}; expected {last}.";
        }
        if (!Has(summary, plan.Broken.Cycle, nameof(ModelOutcome.Rejected), plan.Broken.Name.Value)) yield return $"The damaged file of {plan.Broken.Name} was not rejected in cycle {plan.Broken.Cycle}.";
        if (!Has(summary, plan.Lost.Cycle, nameof(ModelOutcome.Kept), plan.Lost.Name.Value)) yield return $"{plan.Lost.Name} was not kept in cycle {plan.Lost.Cycle}, when the store had lost it.";
        if (!Has(summary, 1, nameof(ModelOutcome.Skipped), plan.NeverLearned.Value)) yield return $"{plan.NeverLearned} was not skipped.";
    }

    private static bool Has(DemoSummary summary, int cycle, string outcome, string model) =>
        summary.Cycles[cycle - 1].Incidents.Any(incident => incident.Outcome == outcome && incident.Model == model);
}
