using BenchmarkDotNet.Running;
using Delivery.Benchmarks;

// Scenarios time whole operations; the rest is BenchmarkDotNet's.
var scenarios = new Dictionary<string, Func<TextWriter, int?, Task>>(StringComparer.Ordinal)
{
    ["publish"] = (output, _) => Done(() => PublishScenario.Run(output)),
    ["year"] = (output, days) => YearScenario.RunAsync(output, days ?? 365),
    ["mirror"] = (output, _) => MirrorScenario.RunAsync(output),
    ["eventlog"] = (output, _) => Done(() => EventLogScenario.Run(output)),
    ["decide"] = (output, _) => Done(() => DecideScenario.Run(output)),
    ["scaling"] = (output, slices) => Done(() => ScalingScenario.Run(output, slices ?? 151)),
    ["reload-storm"] = (output, seconds) => ReloadStormScenario.RunAsync(output, seconds ?? 60),
    ["reloads"] = (output, reloads) => Done(() => ReloadsScenario.Run(output, reloads ?? 100_000)),
    ["sharing"] = (output, models) => SharingScenario.RunAsync(output, models ?? 64),
    ["latency"] = (output, runs) => LatencyScenario.RunAsync(output, runs ?? 200),
};
if (args.Length > 0 && scenarios.TryGetValue(args[0], out var run))
{
    await run(Console.Out, args.Length > 1 ? int.Parse(args[1]) : null);
    return;
}

if (args is ["sharing-reader", var folder])
{
    SharingScenario.Read(Console.In, Console.Out, folder);
    return;
}

// In this process: BenchmarkDotNet would build a project of its own, which takes on all that Directory.Build.props asks for
// and fails on it. A switch of .NET, such as DOTNET_EnableAVX512=0, is set for the whole run.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);

static Task Done(Action work)
{
    work();
    return Task.CompletedTask;
}
