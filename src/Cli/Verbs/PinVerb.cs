using System.CommandLine;
using Delivery.Cli.Output;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery pin</c>: holds a model at a version.</summary>
public static class PinVerb
{
    private const string More =
        """
        While a model is pinned, cycles deliver nothing new of it. COMMIT is a full or shortened id, or a git revision such
        as main~2; without --to the model is held at what is live. A new pin takes the place of an older one.

        Examples:
          delivery pin news_touch --reason "known to be good" --until 3d
          delivery pin news_touch --to 4f2a91c0 --reason "the last one before the redesign"
        """;

    public static Command Create()
    {
        var command = new VerbCommand("pin", "Hold a model at what is live, or at an older version.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var to = new Option<string?>("--to") { Description = "Move it to the version of this commit, and hold it there.", HelpName = "COMMIT" };
        command.Arguments.Add(model);
        command.Options.Add(to);
        var order = new OrderFlags(command, needsReason: true, until: "When the pin ends.");
        command.SetAction((parse, stop) =>
        {
            var name = Arguments.ModelName(parse.GetRequiredValue(model));
            return Task.FromResult(order.Run(parse, name,
                (place, request) => place.Control.Pin(name, parse.GetValue(to) is { } revision ? place.Resolve(revision) : null, request, stop),
                (done, request) =>
                [
                    $"Pinned '{name}'{(done.Target is { } target ? $" to its version of commit {target.Short}" : " at what is live")}",
                    $"No cycle delivers anything else of it {(request.Until is { } until ? $"until {Human.Time(until)}" : $"until: delivery unpin {name}")}",
                ]));
        });
        return command;
    }
}
