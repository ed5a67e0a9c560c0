using System.CommandLine;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery thaw</c>: lets publishes through again.</summary>
public static class ThawVerb
{
    private const string More =
        """
        Examples:
          delivery thaw --reason "the sale is over"
        """;

    public static Command Create()
    {
        var command = new VerbCommand("thaw", "End a freeze: let publishes through again.") { More = More };
        var order = new OrderFlags(command, needsReason: false);
        command.SetAction((parse, stop) => Task.FromResult(order.Run(parse, null,
            (place, request) => place.Control.Thaw(request, stop),
            (_, _) => ["Thawed delivery", "The next cycle pulls and delivers again."])));
        return command;
    }
}
