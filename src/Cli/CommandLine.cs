using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Delivery.Cli;

/// <summary>Parses, runs one verb, and turns whatever happens into an exit code and one clear message.</summary>
public static class CommandLine
{
    /// <summary>Whether stack traces are wanted; every verb takes it.</summary>
    private static readonly Option<bool> Verbose = new("--verbose") { Description = "Show where in the program an error comes from.", Recursive = true };

    /// <param name="args">As given to the process.</param>
    /// <param name="verbs">The subcommands.</param>
    /// <returns>One of <see cref="ExitCodes"/>, or 128 plus the number of the signal that ended it.</returns>
    public static async Task<int> RunAsync(string[] args, IReadOnlyList<Command> verbs)
    {
        var parse = Root(verbs).Parse(args);
        if (parse.Action is ParseErrorAction) return Refuse(parse);
        using var stop = new StopSignals();
        try
        {
            // No time limit of the library's own: a cycle that is being published ends first, and the host has its limit.
            return await parse.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return stop.ExitCode;
        }
        catch (Exception e)
        {
            return ErrorReport.Write(e, parse.GetValue(Verbose), Console.Error);
        }
    }

    private static RootCommand Root(IReadOnlyList<Command> verbs)
    {
        var root = new RootCommand("Delivers models from a training store to search processes: tested, committed to a git history, and reloaded while they run.");
        root.Options.Add(Verbose);
        foreach (var verb in verbs) root.Subcommands.Add(verb);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((SynchronousCommandLineAction)help.Action!);
        return root;
    }

    private static int Refuse(ParseResult parse)
    {
        ErrorReport.Write(string.Join('\n', ParseProblems.Of(parse)), Console.Error);
        Console.Error.WriteLine($"See: {ParseProblems.PathOf(parse.CommandResult)} --help");
        return ExitCodes.Usage;
    }
}
