using System.CommandLine;
using Delivery.Cli.Output;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery retire</c>: takes a model out of delivery.</summary>
public static class RetireVerb
{
    private const string More =
        """
        Search processes drop the model with the new generation, and no cycle delivers it, also while it stands in the list of
        models. History keeps all of its versions: 'delivery rollback MODEL --steps 1' brings the last one back.

        Examples:
          delivery retire video_pos --reason "the wizard is gone"
          delivery retire video_pos --reason "off for the test" --until 14d
        """;

    public static Command Create()
    {
        var command = new VerbCommand("retire", "Take a model out of delivery.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        command.Arguments.Add(model);
        var order = new OrderFlags(command, needsReason: true, until: "When cycles may deliver it again.");
        command.SetAction((parse, stop) =>
        {
            var name = Arguments.ModelName(parse.GetRequiredValue(model));
            return Task.FromResult(order.Run(parse, name,
                (place, request) => place.Control.Retire(name, request, stop),
                (_, request) =>
                [
                    $"Retired '{name}'",
                    $"No cycle delivers it {(request.Until is { } until ? $"until {Human.Time(until)}, or " : "")}until: delivery unretire {name}",
                    $"To bring its last version back: delivery rollback {name} --steps 1 --reason TEXT",
                ]));
        });
        return command;
    }
}
