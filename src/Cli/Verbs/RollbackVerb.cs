using System.CommandLine;
using Delivery.Cli.Output;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery rollback</c>: the version of an older commit, as a new generation.</summary>
public static class RollbackVerb
{
    private const string More =
        """
        A rollback is a new generation with an older version, file and card; history is never rewritten. What is rolled back
        from goes to quarantine, so that the next cycle does not deliver it again; 'delivery release' lets it be tried again.
        With --all, models that came after that commit are removed, and retired ones come back.

        --steps counts versions of the model, or with --all sets of models: commits that changed nothing of it do not count,
        and one step back from a rolled-back version is its own predecessor.

        Examples:
          delivery rollback news_touch --steps 1 --reason "clicks fell by half"
          delivery rollback news_touch --to 4f2a91c0 --until 24h --reason "hold it over the weekend"
          delivery rollback --all --to main~3 --reason "broken holdout"
        """;

    public static Command Create()
    {
        var command = new VerbCommand("rollback", "Go back to an older version of a model, or of all, as a new commit.") { More = More };
        var model = new Argument<string?>("MODEL") { Description = "The model; or say --all.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All models: the generation becomes that of the older commit." };
        var to = new Option<string?>("--to") { Description = "The commit to go back to: a full or shortened id, or a git revision such as main~2.", HelpName = "COMMIT" };
        var steps = new Option<int?>("--steps") { Description = "Or how many versions to go back.", HelpName = "N", CustomParser = given => Arguments.WholeNumber<int>(given) };
        command.Arguments.Add(model);
        command.Options.Add(all);
        command.Options.Add(to);
        command.Options.Add(steps);
        var order = new OrderFlags(command, needsReason: true, until: "Also pin what comes back, until then.");
        command.SetAction((parse, stop) => Task.FromResult(Run(order, parse, parse.GetValue(model), parse.GetValue(all), parse.GetValue(to), parse.GetValue(steps), stop)));
        return command;
    }

    private static int Run(OrderFlags order, ParseResult parse, string? model, bool all, string? to, int? steps, CancellationToken stop)
    {
        if (model is null == !all) throw VerbException.Usage(all ? $"Both '{model}' and --all are given; expected one of them." : "Which model is missing; expected MODEL or --all.");
        if (to is null == steps is null) throw VerbException.Usage(to is null ? "Where to is missing; expected --to COMMIT or --steps N." : "Both --to and --steps are given; expected one of them.");
        if (steps < 1) throw VerbException.Usage($"--steps is {steps}; it needs 1 or more.");
        var name = model is null ? (Models.ModelName?)null : Arguments.ModelName(model);
        return order.Run(parse, name,
            (place, request) => place.Control.Rollback(name, steps is { } count ? new VersionTarget.Steps(count) : new VersionTarget.Commit(place.Resolve(to!)), request, stop),
            (done, request) => Tell(name?.Value, done, request));
    }

    private static IEnumerable<string> Tell(string? model, ControlOutcome.Done done, ControlRequest request)
    {
        yield return $"Rolled {(model is null ? "all models" : $"'{model}'")} back to commit {done.Target!.Value.Short}";
        if (done.Moves.Any(move => move.Before is not null)) yield return "What was rolled back from is in quarantine.";
        if (request.Until is { } until) yield return $"What came back is pinned until {Human.Time(until)}.";
        else if (model is null) yield return "The next cycle may deliver new content; to hold all: delivery freeze --reason TEXT";
        else yield return $"The next cycle may deliver new content; to hold it: delivery pin {model} --reason TEXT";
    }
}
