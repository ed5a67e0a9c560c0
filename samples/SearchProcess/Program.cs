// A search process with a page of its own:  dotnet run --project samples/SearchProcess -c Release -- --help
using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Logging;
using Delivery.EventLog;
using Delivery.SearchProcess;
using Delivery.SearchProcess.Deciding;
using Delivery.SearchProcess.Logging;
using Delivery.SearchProcess.Pages;
using Delivery.SearchProcess.Searching;

try
{
    var options = Options.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(Options.Usage);
        return 0;
    }
    await RunAsync(options);
    return 0;
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

static async Task RunAsync(Options options)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.WebHost.UseUrls(options.Url).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
    builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
        .AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a failed start is told once, above
    builder.Services.AddSingleton(_ => new EventLogWriter(Path.Combine(options.Log, "events")));
    builder.Services.AddSingleton(services => Open(options, services.GetRequiredService<EventLogWriter>(), services.GetRequiredService<ILogger<ModelRuntime>>()));
    builder.Services.AddHealthChecks().AddCheck<ModelHealth>("models");
    await using var site = builder.Build(); // closes the runtime first, then the log

    var catalogue = Catalogue.Read(options.Catalogue);
    using var outcomes = new OutcomeLog(Path.Combine(options.Log, "outcomes.jsonl"), site.Logger);
    var runtime = site.Services.GetRequiredService<ModelRuntime>();
    foreach (var problem in runtime.Status.Configuration.Problems) site.Logger.LogWarning("{Problem}", problem);

    var page = new SearchPage(catalogue, new ProductIndex(catalogue.Products), runtime);
    new SearchSite(page, catalogue, runtime, outcomes, TimeProvider.System).Map(site);
    OperationsSite.Map(site, runtime, site.Services.GetRequiredService<EventLogWriter>(), outcomes);

    await site.StartAsync();
    Console.WriteLine($"{catalogue.Products.Count} products. Models from {Path.GetFullPath(options.FastData)}, settings from {Path.GetFullPath(options.ApplyModels)}.");
    Console.WriteLine($"Listening on {site.Urls.First()}");
    await site.WaitForShutdownAsync(); // SIGTERM or Ctrl-C
}

// One runtime a process. Its thread follows the folder and the settings; requests never wait for it.
static ModelRuntime Open(Options options, EventLogWriter events, ILogger log) => ModelRuntime.Open(options.FastData, new RuntimeOptions
{
    ApplyModelsFile = options.ApplyModels,
    Production = true,
    Decisions = new RequestLog(events),
    Debug = text => log.LogInformation("{Decision}", text), // for requests with the flag BlenderOnlineLearning_dbg
    Applied = status => log.LogInformation("Epoch {Epoch}: {Models} models.", status.Epoch, status.Models.Count),
});
