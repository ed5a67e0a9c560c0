using System.CommandLine;
using System.CommandLine.Invocation;

namespace Delivery.Cli;

/// <summary>The help of System.CommandLine, then what a verb has to add.</summary>
internal sealed class HelpWithExamples(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    public override bool Terminating => help.Terminating;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var result = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is VerbCommand { More: { } more }) parseResult.InvocationConfiguration.Output.WriteLine(more.TrimEnd() + "\n");
        return result;
    }
}
