using Delivery.Cli.Output;
using Delivery.FastData.Git.Mirroring;

namespace Delivery.Cli.Verbs;

/// <summary>A line of <c>delivery mirror --json</c>; docs/cli.md describes it.</summary>
/// <param name="Event"><c>advanced</c>, <c>up_to_date</c>, <c>refused</c> or <c>failed</c>.</param>
/// <param name="At">When the poll ended.</param>
/// <param name="Epoch">The generation that is live here; 0 for none.</param>
/// <param name="Commit">Its commit.</param>
/// <param name="Models">How many models a new generation has; null otherwise.</param>
/// <param name="ChangedModels">How many of them are new or changed.</param>
/// <param name="Found">The commit that was refused.</param>
/// <param name="Reason">Why it was refused or failed, or what went wrong in cleaning up.</param>
/// <param name="Seconds">How long the poll took.</param>
internal sealed record MirrorEvent(
    string Event, DateTimeOffset At, long Epoch, string? Commit, int? Models, int? ChangedModels, string? Found, string? Reason, double Seconds);

/// <summary>Tells how polls end, as long as there is something new to tell.</summary>
internal sealed class MirrorTeller(bool json, TimeProvider time)
{
    private readonly Page _page = Page.Standard();
    private MirrorEvent? _last;

    /// <summary>What is about to be done.</summary>
    public void Begin(MirrorStatus status, TimeSpan interval)
    {
        if (!json) _page.Line($"{Human.Time(time.GetUtcNow())}  following {status.Branch} of {status.From} into {status.Folder}, every {Human.Span(interval)}");
    }

    public void Tell(MirrorOutcome outcome)
    {
        var now = EventOf(outcome, time.GetUtcNow());
        var isNews = _last is null || now.Event == "advanced" || (now.Event, now.Reason) != (_last.Event == "advanced" ? "up_to_date" : _last.Event, _last.Reason);
        _last = now;
        if (!isNews) return;
        if (json) Json.WriteLine(now, types => types.MirrorEvent);
        else if (outcome.IsGood) _page.Line(Line(now));
        else ErrorReport.Write($"{Line(now)}: {now.Reason}", Console.Error);
    }

    private static MirrorEvent EventOf(MirrorOutcome outcome, DateTimeOffset now)
    {
        var plain = new MirrorEvent("up_to_date", now, outcome.Epoch, outcome.Commit?.Hex, null, null, null, null, Math.Round(outcome.Duration.TotalSeconds, 3));
        return outcome switch
        {
            MirrorOutcome.Advanced advanced => plain with { Event = "advanced", Models = advanced.Models, ChangedModels = advanced.ChangedModels, Reason = advanced.Warning },
            MirrorOutcome.UpToDate same => plain with { Reason = same.Warning },
            MirrorOutcome.Refused refused => plain with { Event = "refused", Found = refused.Found.Hex, Reason = refused.Reason },
            MirrorOutcome.Failed failed => plain with { Event = "failed", Reason = failed.Reason },
            _ => plain,
        };
    }

    private static string Line(MirrorEvent told)
    {
        var live = told.Commit is null ? "nothing is live yet" : $"epoch {told.Epoch}, commit {told.Commit[..8]}";
        var duration = Human.Span(TimeSpan.FromSeconds(told.Seconds));
        return $"{Human.Time(told.At)}  " + told.Event switch
        {
            "advanced" => $"{live}, {Human.Count(told.Models ?? 0, "model")}, {told.ChangedModels} changed, {duration}{(told.Reason is null ? "" : $"; {told.Reason}")}",
            "up_to_date" => $"{live}: up to date{(told.Reason is null ? "" : $"; {told.Reason}")}",
            "refused" => told.Commit is null ? $"refused, {live}" : $"refused, {live} stays",
            _ => told.Commit is null ? $"failed, {live}" : $"failed, {live} stays",
        };
    }
}
