using Delivery.Updater.Records;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Delivery.Updater.Scheduling;

/// <summary>Runs a cycle when the clock says so. Quartz keeps one scheduler from overlapping itself; that two machines do not tread on each other is the folder's work.</summary>
[DisallowConcurrentExecution]
public sealed partial class UpdateJob(UpdateCycle cycle, ILogger<UpdateJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var record = await cycle.RunAsync(dryRun: false, cancellationToken);
        var outcomes = string.Join(", ", record.Models.CountBy(m => m.Outcome).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Value} {c.Key}"));
        var counts = outcomes.Length == 0 ? "" : $"; {outcomes}";
        if (record.Result == CycleResult.Failed) Failed(log, record.Cycle, record.DurationSeconds, record.Error ?? "", counts);
        else if (record.Freeze is { } freeze) Frozen(log, record.Cycle, freeze.Actor, freeze.Until?.ToString("u") ?? "it is thawed", freeze.Reason);
        else Ended(log, record.Cycle, record.Result, record.DurationSeconds, record.Epoch, counts);
        if (record.Warning is { } warning) Warned(log, record.Cycle, warning);
    }

    [LoggerMessage(EventId = 11, Level = LogLevel.Information, Message = "Cycle {Cycle}: {Result} in {Seconds:0.0} s, epoch {Epoch}{Counts}")]
    private static partial void Ended(ILogger log, string cycle, CycleResult result, double seconds, long epoch, string counts);

    [LoggerMessage(EventId = 12, Level = LogLevel.Error, Message = "Cycle {Cycle}: nothing was delivered after {Seconds:0.0} s: {Error}{Counts}")]
    private static partial void Failed(ILogger log, string cycle, double seconds, string error, string counts);

    [LoggerMessage(EventId = 13, Level = LogLevel.Warning, Message = "Cycle {Cycle}: what it delivered is live, but: {Warning}")]
    private static partial void Warned(ILogger log, string cycle, string warning);

    [LoggerMessage(EventId = 14, Level = LogLevel.Warning, Message = "Cycle {Cycle}: nothing was delivered; {Actor} froze delivery until {Until}: {Reason}")]
    private static partial void Frozen(ILogger log, string cycle, string actor, string until, string reason);
}
