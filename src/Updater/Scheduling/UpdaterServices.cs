using Delivery.FastData.Git;
using Delivery.TrainingStore;
using Delivery.Updater.Records;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Quartz;

namespace Delivery.Updater.Scheduling;

/// <summary>The updater on its schedule, inside a host.</summary>
public static class UpdaterServices
{
    /// <summary>
    /// Adds the update cycle and its schedule: a first run when the host has started, then one every <see cref="UpdaterOptions.Period"/>. Runs
    /// that were missed, by a long cycle or a sleeping machine, become one. A host that stops cancels the cycle under way and waits for it.
    /// The host provides <see cref="ITrainingStore"/> and <see cref="FastDataPublisher"/>; a <see cref="TimeProvider"/> where it wants another than the system's.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="options"/> have problems; all are told.</exception>
    public static IServiceCollection AddDeliveryUpdater(this IServiceCollection services, UpdaterOptions options)
    {
        options.ThrowIfUnusable();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(new CycleRecords(options.RecordsFolder));
        services.AddSingleton<UpdateCycle>();
        services.AddQuartz(quartz =>
        {
            quartz.UseInMemoryStore(_ => { });
            // Quartz keeps the real time, whatever clock the cycle reads.
            quartz.UseTimeProvider(TimeProvider.System);
            quartz.ConfigureScheduler(scheduler => scheduler.ShutdownJobInterruption = ShutdownJobInterruption.Always);
            quartz.ScheduleJob<UpdateJob>(trigger => trigger
                .WithIdentity("update")
                .StartNow()
                // Late by a little is late: by the default threshold of a minute, short periods would catch up on every missed run one by one.
                .WithMisfireThreshold(TimeSpan.FromMilliseconds(Math.Min(options.Period.TotalMilliseconds / 2, 5_000)))
                .WithSimpleSchedule(schedule => schedule
                    .WithInterval(options.Period)
                    .RepeatForever()
                    .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NowWithExistingCount)));
        });
        services.AddQuartzHostedService(hosted => hosted.WaitForJobsToComplete = true);
        return services;
    }
}
