using Delivery.FastData;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Maintaining;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Delivery.Updater.Scheduling;

/// <summary>Maintains the folder when the clock says so, beside the update cycles. What cannot be done now is done by the next run.</summary>
[DisallowConcurrentExecution]
public sealed partial class MaintainJob(FolderMaintenance maintenance, ILogger<MaintainJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var report = await maintenance.RunAsync(dryRun: false, cancellationToken);
            Ended(log, report.DurationSeconds, report.WeightsMoved, report.PacksBefore, report.PacksAfter, report.HotBytesAfter, report.ColdBytes, report.FilesRemoved);
            foreach (var warning in report.Warnings) Warned(log, warning);
        }
        catch (Exception e) when (e is FastDataException or FolderBusyException or IOException or UnauthorizedAccessException)
        {
            Failed(log, e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Stopped(log);
        }
    }

    [LoggerMessage(EventId = 21, Level = LogLevel.Information, Message = "Maintenance: {Moved} weights moved in {Seconds:0.0} s, packs {Before} to {After}, hot {HotBytes} bytes, cold {ColdBytes} bytes, {Removed} old files removed")]
    private static partial void Ended(ILogger log, double seconds, int moved, int before, int after, long hotBytes, long coldBytes, int removed);

    [LoggerMessage(EventId = 22, Level = LogLevel.Warning, Message = "Maintenance: {Warning}")]
    private static partial void Warned(ILogger log, string warning);

    [LoggerMessage(EventId = 23, Level = LogLevel.Error, Message = "Maintenance could not be done, nothing is lost: {Error}")]
    private static partial void Failed(ILogger log, string error);

    [LoggerMessage(EventId = 24, Level = LogLevel.Information, Message = "Maintenance stopped; the next run goes on")]
    private static partial void Stopped(ILogger log);
}

/// <summary>Maintenance on its schedule, inside a host that also has the updater.</summary>
public static class MaintenanceServices
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromMinutes(1);

    /// <summary>Adds it: a first run a minute after the start, so that it does not meet the first cycle, then one every <paramref name="period"/>.</summary>
    public static IServiceCollection AddDeliveryMaintenance(this IServiceCollection services, FolderMaintenance maintenance, TimeSpan period)
    {
        services.AddSingleton(maintenance);
        services.AddQuartz(quartz => quartz.ScheduleJob<MaintainJob>(trigger => trigger
            .WithIdentity("maintain")
            .StartAt(TimeProvider.System.GetUtcNow() + (period < AfterStart ? period : AfterStart))
            .WithSimpleSchedule(schedule => schedule
                .WithInterval(period)
                .RepeatForever()
                .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithExistingCount))));
        return services;
    }
}
