using System.CommandLine;
using Delivery.Cli.Verbs;

namespace Delivery.Cli.Demo;

/// <summary><c>delivery demo</c>: the whole loop on the logged data that comes with the sources.</summary>
public static class DemoCommand
{
    private const string More =
        """
        It replays real logged clicks: trainers learn from them chunk by chunk, each chunk is followed by a real update cycle,
        and another process follows the folder and decides all the time. What is delivered is valued on the next chunk before
        it is learned from. Some models are damaged on purpose. The folder is left as it is at the end, for all other verbs.

        Exit codes:
          0  all that was to happen did.
          1  something failed, or a check at the end did: the text says which.
          2  the command line is wrong.

        Examples:
          delivery demo
          delivery status --config demo-work/delivery.json
        """;

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var defaults = new DemoOptions();
        var work = new Option<string>("--work") { Description = "The one folder that is written to: a new one, an empty one, or that of an earlier demo.", HelpName = "DIR", DefaultValueFactory = _ => defaults.Work };
        var data = new Option<string?>("--data") { Description = "Other logged data with the same columns: arms_*.csv.gz, random_*.csv.gz and bts_*.csv.gz. Default: what comes with the sources.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Write one summary as JSON at the end, and nothing else." };
        var tests = new Option<int>("--tests") { Hidden = true, DefaultValueFactory = _ => defaults.Tests, CustomParser = Arguments.WholeNumber<int> };
        var cycles = new Option<int>("--cycles") { Hidden = true, DefaultValueFactory = _ => defaults.Cycles, CustomParser = Arguments.WholeNumber<int> };
        var command = new VerbCommand("demo", "Learn from real logged clicks, deliver in several updates, and watch another process reload.") { More = More };
        foreach (var option in new Option[] { work, data, json, tests, cycles }) command.Options.Add(option);
        command.SetAction((parse, stop) => RunAsync(
            new DemoOptions { Work = parse.GetValue(work)!, Data = parse.GetValue(data), Tests = parse.GetValue(tests), Cycles = parse.GetValue(cycles) },
            parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, bool json, CancellationToken stop)
    {
        if (string.Join('\n', options.Problems()) is { Length: > 0 } problems) throw VerbException.Usage(problems);
        try
        {
            var summary = await new DemoRun(options, json ? DemoReport.Silent() : DemoReport.Standard(), TimeProvider.System).RunAsync(stop);
            if (json) Console.Out.WriteLine(summary.ToJson());
            return summary.Ok ? ExitCodes.Ok : ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            ErrorReport.Write($"Stopped. What was delivered until now is live in '{options.Work}', and the demo can be run again.", Console.Error);
            throw;
        }
    }
}
