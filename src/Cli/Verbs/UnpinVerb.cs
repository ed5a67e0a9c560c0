using System.CommandLine;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery unpin</c>: takes a pin away.</summary>
public static class UnpinVerb
{
    private const string More =
        """
        What is live stays. The model moves on only to content that a later cycle tests against the version that was pinned.

        Examples:
          delivery unpin news_touch --reason "the redesign is out"
        """;

    public static Command Create()
    {
        var command = new VerbCommand("unpin", "Let a pinned model move on.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        command.Arguments.Add(model);
        var order = new OrderFlags(command, needsReason: false);
        command.SetAction((parse, stop) =>
        {
            var name = Arguments.ModelName(parse.GetRequiredValue(model));
            return Task.FromResult(order.Run(parse, name,
                (place, request) => place.Control.Unpin(name, request, stop),
                (_, _) => [$"Unpinned '{name}'", "What is live stays; the next cycle tests what the store then has against it."]));
        });
        return command;
    }
}
