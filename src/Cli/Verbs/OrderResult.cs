using Delivery.Cli.Output;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;

namespace Delivery.Cli.Verbs;

/// <summary>Tells how an order ended.</summary>
internal static class OrderResult
{
    private const int MovesShown = 20;

    /// <summary>The finished order.</summary>
    /// <exception cref="VerbException">Nothing was changed.</exception>
    public static ControlOutcome.Done Require(ControlOutcome outcome) => outcome switch
    {
        ControlOutcome.Done done => done,
        ControlOutcome.Refused refused => throw new VerbException(refused.Why),
        ControlOutcome.Frozen { Freeze: var freeze } => throw new VerbException($"Delivery is frozen {OrderReport.Of(freeze).Words()}\nNothing was changed. 'delivery thaw' ends the freeze."),
        ControlOutcome.LostRaces lost => throw new VerbException($"Nothing was changed: {lost.Attempts} times another process committed first. Try again."),
        _ => throw new InvalidOperationException($"An order ended as {outcome}."),
    };

    public static OrderDoneReport Of(string action, ModelName? model, ControlOutcome.Done done, ControlRequest request) => new(
        action, model?.Value, done.Epoch, done.Commit.Hex, done.Target?.Hex, request.Reason, request.Until,
        [.. done.Moves.Select(move => new MovedModelReport(move.Name.Value, move.Before?.Hex, move.After?.Hex))], done.Notes, done.Warning);

    public static void Write(OrderDoneReport report, IEnumerable<string> lines, bool json)
    {
        if (json)
        {
            Json.Write(report, types => types.OrderDoneReport);
            return;
        }
        var page = Page.Standard();
        var told = lines.ToList();
        page.Line($"{told[0]}: epoch {report.Epoch}, commit {report.Commit[..8]}.");
        if (report.Moved.Count > 0)
        {
            page.Table(
                [new("model"), new("before"), new("now")],
                [.. report.Moved.Take(MovesShown).Select(move => new[] { move.Name, Short(move.Sha256Before), Short(move.Sha256After) })]);
            if (report.Moved.Count > MovesShown) page.Line($"and {report.Moved.Count - MovesShown} more; --json lists all.");
        }
        foreach (var note in report.Notes) page.Line(note);
        if (report.Warning is { } warning) page.Line($"It is live, but: {warning}");
        foreach (var next in told.Skip(1)) page.Line(next);
    }

    private static string Short(string? sha256) => sha256?[..8] ?? "not delivered";
}

/// <summary>What the verbs that order something write with <c>--json</c>.</summary>
/// <param name="Action">The verb.</param>
/// <param name="Model">The model; null for all, or where it is about none.</param>
/// <param name="Epoch">The new generation.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Target">The commit whose versions came back; null for none.</param>
/// <param name="Reason">As it was given.</param>
/// <param name="Until">When it ends by itself; null for no end.</param>
/// <param name="Moved">Models whose delivered version changed.</param>
/// <param name="Notes">What else followed, each a sentence.</param>
/// <param name="Warning">What went wrong in removing old files behind it; null when nothing did.</param>
internal sealed record OrderDoneReport(
    string Action, string? Model, long Epoch, string Commit, string? Target, string? Reason, DateTimeOffset? Until, IReadOnlyList<MovedModelReport> Moved, IReadOnlyList<string> Notes, string? Warning);

/// <summary>What happened to one model; null: not delivered.</summary>
internal sealed record MovedModelReport(string Name, string? Sha256Before, string? Sha256After);
