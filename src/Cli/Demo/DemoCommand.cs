using System.CommandLine;

namespace Delivery.Cli.Demo;

/// <summary><c>delivery demo</c>: the whole loop on the logged data that comes with the sources.</summary>
public static class DemoCommand
{
    private const int Success = 0, Failure = 1, Usage = 2;

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var defaults = new DemoOptions();
        var work = new Option<string>("--work") { Description = "The one folder that is written to; of an earlier demo, or empty, or new.", HelpName = "DIR", DefaultValueFactory = _ => defaults.Work };
        var data = new Option<string?>("--data") { Description = "Other logged data of the same columns: arms_*.csv.gz, random_*.csv.gz and bts_*.csv.gz.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Print one summary as JSON at the end, and nothing else." };
        var tests = new Option<int>("--tests") { Hidden = true, DefaultValueFactory = _ => defaults.Tests };
        var cycles = new Option<int>("--cycles") { Hidden = true, DefaultValueFactory = _ => defaults.Cycles };
        var command = new Command("demo", "Learn models from logged clicks, deliver them in several updates, and watch another process reload them.") { work, data, json, tests, cycles };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new DemoOptions { Work = parsed.GetValue(work)!, Data = parsed.GetValue(data), Tests = parsed.GetValue(tests), Cycles = parsed.GetValue(cycles) },
            parsed.GetValue(json), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, bool json, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var problems = options.Problems().ToList();
        foreach (var problem in problems) await error.WriteLineAsync(problem);
        if (problems.Count > 0) return Usage;
        try
        {
            var report = json ? new DemoReport(TextWriter.Null, isTerminal: false) : new DemoReport(output, !Console.IsOutputRedirected);
            var summary = await new DemoRun(options, report, TimeProvider.System).RunAsync(cancellationToken);
            if (json) await output.WriteLineAsync(summary.ToJson());
            return summary.Ok ? Success : Failure;
        }
        catch (Exception e) when (e is DemoException or InvalidDataException or DirectoryNotFoundException)
        {
            await error.WriteLineAsync(e.Message);
            return Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync($"Stopped. '{options.Work}' is whole: what was delivered is live in it, and the demo can be run again.");
            return Failure;
        }
    }
}
