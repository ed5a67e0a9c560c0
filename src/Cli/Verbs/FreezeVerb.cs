using System.CommandLine;
using Delivery.Cli.Output;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery freeze</c>: stops all publishes.</summary>
public static class FreezeVerb
{
    private const string More =
        """
        While delivery is frozen nothing is published: no cycle delivers, and every other order is refused until it is
        thawed. What is live stays live. A new freeze takes the place of an older one.

        Examples:
          delivery freeze --reason "sales weekend" --until 2026-11-30T06:00Z
          delivery freeze --reason "clicks look odd, looking into it" --until 4h
        """;

    public static Command Create()
    {
        var command = new VerbCommand("freeze", "Stop all publishes.") { More = More };
        var order = new OrderFlags(command, needsReason: true, until: "When the freeze ends.");
        command.SetAction((parse, stop) => Task.FromResult(order.Run(parse, null,
            (place, request) => place.Control.Freeze(request, stop),
            (_, request) => ["Froze delivery", $"Nothing is published {(request.Until is { } until ? $"until {Human.Time(until)}, or until: delivery thaw" : "until: delivery thaw")}"])));
        return command;
    }
}
