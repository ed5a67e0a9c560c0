namespace Delivery.ApplyRuntime.Observing;

/// <summary>How a runtime does.</summary>
public enum HealthLevel
{
    /// <summary>It decides with models within all limits.</summary>
    Healthy,

    /// <summary>It decides, but somebody should look: what it has is old, or what is published does not arrive.</summary>
    Degraded,

    /// <summary>It cannot do its work: it has no models, lacks a required one, or has only such as are too old to be served.</summary>
    Unhealthy,
}

/// <summary>How a runtime does, and why.</summary>
/// <param name="Level">The worst of all that was found.</param>
/// <param name="Reasons">One a finding, the worst first; empty when healthy.</param>
/// <param name="AsOf">When it was looked at.</param>
public sealed record RuntimeHealth(HealthLevel Level, IReadOnlyList<string> Reasons, DateTimeOffset AsOf)
{
    /// <summary>Level and reasons on one line.</summary>
    public override string ToString() => Reasons.Count == 0 ? Level.ToString() : $"{Level}: {string.Join(' ', Reasons)}";

    /// <summary>Judges a status. That models are loaded is not enough: they must be fresh, and what is published must arrive.</summary>
    /// <param name="status">Whose <see cref="RuntimeStatus.AsOf"/> is now.</param>
    /// <param name="limits">From where on it is not healthy.</param>
    /// <param name="pollInterval">The pause between two looks, which is no hang.</param>
    internal static RuntimeHealth Of(RuntimeStatus status, HealthLimits limits, TimeSpan pollInterval)
    {
        List<string> unhealthy = [], degraded = [];
        if (status.State == RuntimeState.Closed) unhealthy.Add("The runtime is closed.");
        if (status.State == RuntimeState.Waiting) unhealthy.Add($"No model is loaded from {status.Folder}{(WhyWaiting(status) is { } why ? $": {why}" : ".")}");
        if (status.State == RuntimeState.Ready)
        {
            JudgeModels(status, limits, unhealthy, degraded);
            if (status.PublishedAge > limits.MaxPublishedAge) degraded.Add($"The generation in use was published {Words.Span(status.PublishedAge.Value)} ago; at most {Words.Span(limits.MaxPublishedAge.Value)} are allowed.");
        }
        if (status.State != RuntimeState.Closed) JudgeLoader(status, limits, pollInterval, unhealthy, degraded);
        return new RuntimeHealth(
            unhealthy.Count > 0 ? HealthLevel.Unhealthy : degraded.Count > 0 ? HealthLevel.Degraded : HealthLevel.Healthy,
            [.. unhealthy, .. degraded],
            status.AsOf);
    }

    private static string? WhyWaiting(RuntimeStatus status) => status.Problems.Count > 0 ? status.Problems[0].ToString() : status.NothingYet;

    private static void JudgeModels(RuntimeStatus status, HealthLimits limits, List<string> unhealthy, List<string> degraded)
    {
        var absent = limits.RequiredModels.Except(status.Models.Select(model => model.Name)).ToList();
        if (absent.Count > 0) unhealthy.Add($"{Words.AreNames(absent)} not loaded, and required.");
        if (status.Models.Count == 0) unhealthy.Add("The generation in use has no model.");
        var tooOld = Older(status, limits.UnusableTrainedAge);
        if (tooOld.Count > 0) unhealthy.Add(Tell(status, tooOld, limits.UnusableTrainedAge!.Value));
        var old = Older(status, limits.MaxTrainedAge).Except(tooOld).ToList();
        if (old.Count > 0) degraded.Add(Tell(status, old, limits.MaxTrainedAge!.Value));
    }

    private static void JudgeLoader(RuntimeStatus status, HealthLimits limits, TimeSpan pollInterval, List<string> unhealthy, List<string> degraded)
    {
        if (status.CheckedAt is { } looked && limits.MaxCheckedAge is { } most && status.AsOf - looked > Longer(most, pollInterval + pollInterval))
        {
            degraded.Add($"The loader last looked at CURRENT {Words.Span(status.AsOf - looked)} ago: it hangs, in the file system or in a handler.");
        }
        if (status.ConsecutiveFailures > limits.MaxConsecutiveFailures) degraded.Add($"{status.ConsecutiveFailures} reloads failed one after the other; the last: {(status.Problems.Count > 0 ? status.Problems[0].Message : status.LastError?.Message)}");
        if (status.ProblemsSince is { } since && status.AsOf - since > limits.MaxProblemAge)
        {
            degraded.Add($"Not all that is published is in use, for {Words.Span(status.AsOf - since)}: {status.Problems[0].Message}{(status.Problems.Count > 1 ? $" ({status.Problems.Count - 1} more.)" : "")}");
        }
        if (status.Configuration is { File: { } file, AppliedAt: null }) unhealthy.Add($"No settings could ever be used: {(status.Configuration.Problems is [var why, ..] ? why : $"{file} was not read yet.")}");
        else if (status.Configuration.Problems.Count > 0) degraded.Add($"The newest settings are not in use: {status.Configuration.Problems[0]}");
    }

    private static List<ModelStatus> Older(RuntimeStatus status, TimeSpan? limit) => [.. status.Models.Where(model => status.AsOf - model.TrainedUntil > limit)];

    private static string Tell(RuntimeStatus status, List<ModelStatus> old, TimeSpan limit)
    {
        var oldest = old.MinBy(model => model.TrainedUntil)!;
        var more = old.Count > 1 ? $", and {old.Count - 1} more" : "";
        return $"{oldest.Name} was trained until {Words.Span(status.AsOf - oldest.TrainedUntil!.Value)} ago{more}; at most {Words.Span(limit)} are allowed.";
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
