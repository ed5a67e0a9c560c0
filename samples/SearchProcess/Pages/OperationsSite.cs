using System.Text.Json;
using System.Text.Json.Serialization;
using Delivery.ApplyRuntime;
using Delivery.EventLog;
using Delivery.SearchProcess.Logging;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Delivery.SearchProcess.Pages;

/// <summary>The addresses that operators and load balancers ask for.</summary>
internal static class OperationsSite
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Converters = { new JsonStringEnumConverter() } };

    public static void Map(WebApplication site, ModelRuntime runtime, EventLogWriter events, OutcomeLog outcomes)
    {
        // Without models the page is still answered, from the fallback positions: that is no reason to take the process out of service.
        site.MapRead("/healthz", () => runtime.Status is { State: not RuntimeState.Closed, Configuration.Models: > 0 } status
            ? Results.Text($"{status.State}\n")
            : Results.Text("No settings are in use; /status says why.\n", statusCode: StatusCodes.Status503ServiceUnavailable));

        // 503 while the models are not fit to decide with: for an alert, or for hosts that have others to send the traffic to.
        site.MapHealthChecks("/healthz/models", new HealthCheckOptions
        {
            ResponseWriter = (context, report) => context.Response.WriteAsync($"{report.Status} {report.Entries["models"].Description}".TrimEnd() + "\n"),
        });

        site.MapRead("/describe", () => Results.Text(runtime.Describe()));

        site.MapRead("/status", () =>
        {
            var status = runtime.Status;
            return Results.Json(new
            {
                status.State,
                status.Epoch,
                Commit = status.Commit?.Hex,
                status.AppliedAt,
                status.NewestTrainedAge,
                Models = status.Models.Select(model => new { Name = model.Name.Value, model.Kind, Content = model.Content.Hex, model.RequestCount, model.TrainedUntil, model.ClassCount, model.FeatureCount }),
                Problems = status.Problems.Select(problem => problem.Message),
                LastError = status.LastError?.Message,
                Configuration = new { status.Configuration.File, status.Configuration.AppliedAt, status.Configuration.Models, status.Configuration.Problems, Findings = status.Configuration.Findings.Select(finding => finding.ToString()) },
                status.Fallbacks,
                Events = new { events.Directory, events.Appended, events.Written, events.Dropped, events.LastError },
                LostOutcomes = outcomes.Lost,
            }, Format);
        });
    }
}
