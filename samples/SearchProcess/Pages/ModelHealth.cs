using Delivery.ApplyRuntime;
using Delivery.ApplyRuntime.Observing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Delivery.SearchProcess.Pages;

/// <summary>What the runtime says of itself, as ASP.NET Core asks for it.</summary>
internal sealed class ModelHealth(ModelRuntime runtime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = runtime.Health();
        var status = health.Level switch
        {
            HealthLevel.Healthy => HealthStatus.Healthy,
            HealthLevel.Degraded => HealthStatus.Degraded,
            _ => HealthStatus.Unhealthy,
        };
        return Task.FromResult(new HealthCheckResult(status, string.Join(' ', health.Reasons)));
    }
}
