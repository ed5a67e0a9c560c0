using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.TrainingStore;
using Delivery.Updater.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery serve</c>: the updater on its schedule, until it is told to stop.</summary>
public static partial class ServeVerb
{
    // A cycle that has begun to publish ends its publish first; one that has not is cancelled at once.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromMinutes(2);

    private const string More =
        """
        The first cycle runs at the start, then one every update.period (30 min). One line is logged for each cycle.
        Maintenance runs every maintain.period (24 h), the first time a minute after the start; see 'delivery maintain'.
        SIGTERM or Ctrl-C stops it, also in the middle of a cycle: what is live is then the old generation or the new one.

        Exit codes:
          0  stopped as told.
          1  it could not start, such as without a training store.
          2  the command line or the configuration is wrong; nothing was started.

        Examples:
          delivery serve
          delivery serve --config /etc/delivery/delivery.json
          DELIVERY_UPDATE__PERIOD=5m delivery serve
        """;

    public static Command Create()
    {
        var command = new VerbCommand("serve", "Run the updater on its schedule.") { More = More };
        var settings = new SettingFlags(command, fastData: true, store: true, modelList: true);
        command.SetAction((parse, stop) => RunAsync(settings.Read(parse), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, CancellationToken stop)
    {
        using var store = Places.Store(settings);
        using var host = Build(settings, store);
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Delivery.Serve");
        Starting(log, settings.FastData, settings.Store, settings.Updater.ModelListPath, Human.Span(settings.Updater.Period));
        await host.StartAsync(CancellationToken.None); // one that is told to stop while it starts is then stopped like any other
        await host.WaitForShutdownAsync(stop);
        Stopped(log);
        return ExitCodes.Ok;
    }

    private static IHost Build(DeliverySettings settings, ITrainingStore store)
    {
        // Without the defaults: they would read settings from appsettings.json and variables that are not ours.
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = "delivery" });
        builder.Logging.AddSimpleConsole(console =>
        {
            (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "yyyy-MM-dd'T'HH:mm:ss'Z' ");
            console.ColorBehavior = LoggerColorBehavior.Disabled; // a service's log is read in files
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Quartz", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(Places.Publisher(settings));
        builder.Services.AddDeliveryUpdater(settings.Updater);
        builder.Services.AddDeliveryMaintenance(Places.Maintenance(settings), settings.MaintainPeriod);
        return builder.Build();
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Delivering into {Folder} from {Store}, the models of {List}, every {Period}")]
    private static partial void Starting(ILogger log, string folder, string store, string list, string period);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Stopped")]
    private static partial void Stopped(ILogger log);
}
