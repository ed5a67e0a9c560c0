using System.Text;
using Delivery.FastData;
using Delivery.Models;

namespace Delivery.Updater;

/// <summary>The message of a delivery: a subject, one line for each model delivered or rejected, and trailers for machines.</summary>
public static class CommitMessage
{
    /// <param name="cycle">The cycle's identifier.</param>
    /// <param name="outcomes">One for each name of the list.</param>
    /// <param name="before">What was delivered of a name: hash and request count; without the names that were not.</param>
    public static string Build(
        string cycle,
        IReadOnlyDictionary<ModelName, ModelOutcome> outcomes,
        IReadOnlyDictionary<ModelName, (ContentHash Content, ulong RequestCount)> before)
    {
        var ordered = outcomes.OrderBy(o => o.Key).ToList();
        var text = new StringBuilder(Subject(outcomes.Values)).Append("\n\n");
        foreach (var (name, outcome) in ordered)
        {
            var line = outcome switch
            {
                ModelOutcome.Accepted accepted => Change(name, before, accepted),
                ModelOutcome.Rejected rejected => $"{name}: rejected {Short(rejected.Content.Hex)}, {rejected.Reason}",
                _ => null,
            };
            if (line is not null) text.Append(line).Append('\n');
        }
        text.Append("\nCycle: ").Append(cycle).Append('\n');
        foreach (var (name, outcome) in ordered) text.Append($"Outcome: {name} {outcome.Word} {outcome.Reason}\n");
        return text.ToString();
    }

    private static string Subject(IEnumerable<ModelOutcome> outcomes)
    {
        var counts = outcomes.CountBy(o => o.Word).ToDictionary(c => c.Key, c => c.Value);
        int Count<T>() => counts.GetValueOrDefault(typeof(T).Name);
        var (accepted, rejected) = (Count<ModelOutcome.Accepted>(), Count<ModelOutcome.Rejected>());
        return $"Deliver {accepted} model{(accepted == 1 ? "" : "s")}, keep {Count<ModelOutcome.Kept>()}, skip {Count<ModelOutcome.Skipped>()}"
            + (rejected > 0 ? $", reject {rejected}" : "");
    }

    private static string Change(ModelName name, IReadOnlyDictionary<ModelName, (ContentHash Content, ulong RequestCount)> before, ModelOutcome.Accepted accepted)
    {
        var after = accepted.Card;
        return before.TryGetValue(name, out var old)
            ? $"{name}: {old.RequestCount} -> {after.RequestCount} requests, {Short(old.Content.Hex)} -> {Short(after.Sha256)}"
            : $"{name}: new, {after.RequestCount} requests, {Short(after.Sha256)}";
    }

    private static string Short(string sha256) => sha256[..8];
}
