using System.CommandLine;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery unretire</c>: lets a retired model be delivered again.</summary>
public static class UnretireVerb
{
    private const string More =
        """
        Nothing is delivered by this: the next cycle tests what the store has, as for a model that is new. To have the last
        version back at once: delivery rollback MODEL --steps 1

        Examples:
          delivery unretire video_pos --reason "the wizard is back"
        """;

    public static Command Create()
    {
        var command = new VerbCommand("unretire", "Let cycles deliver a retired model again.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        command.Arguments.Add(model);
        var order = new OrderFlags(command, needsReason: false);
        command.SetAction((parse, stop) =>
        {
            var name = Arguments.ModelName(parse.GetRequiredValue(model));
            return Task.FromResult(order.Run(parse, name,
                (place, request) => place.Control.Unretire(name, request, stop),
                (_, _) =>
                [
                    $"'{name}' may be delivered again",
                    $"The next cycle delivers it if it stands in the list and passes. To have its last version back at once: delivery rollback {name} --steps 1 --reason TEXT",
                ]));
        });
        return command;
    }
}
