using BenchmarkDotNet.Running;
using Delivery.Benchmarks;

// Scenarios time whole operations on a real disk; the rest is BenchmarkDotNet's.
if (args is ["publish"])
{
    PublishScenario.Run(Console.Out);
    return;
}

if (args is ["eventlog"])
{
    EventLogScenario.Run(Console.Out);
    return;
}

// In this process: BenchmarkDotNet would build a project of its own, which takes on all that Directory.Build.props asks for
// and fails on it. A switch of .NET, such as DOTNET_EnableAVX512=0, is set for the whole run.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"]);
