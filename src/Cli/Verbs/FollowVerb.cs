using System.CommandLine;
using Delivery.ApplyRuntime;
using Delivery.Cli.Configuration;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery follow</c>: a reader process, as a search process would be one.</summary>
public static class FollowVerb
{
    private const string More =
        """
        It opens the folder as a search process does and prints each generation that it applies. A folder that is not there
        yet is waited for. With --decide one thread keeps deciding on all models and checks every decision.

        Exit codes:
          0  ended as asked: by --until-epoch, --seconds, SIGTERM or Ctrl-C.
          1  a decision failed, or --seconds passed before --until-epoch was reached.
          2  the command line or the configuration is wrong.

        Examples:
          delivery follow
          delivery follow --decide --seconds 10
          delivery follow --seconds 5 --describe
          delivery follow --until-epoch 12 --seconds 60 --decide --json
        """;

    public static Command Create()
    {
        var command = new VerbCommand("follow", "Follow a folder as a search process does, and print each generation as it is applied.") { More = More };
        var settings = new SettingFlags(command, fastData: true, acknowledgements: true);
        var untilEpoch = new Option<long?>("--until-epoch") { Description = "End once a generation of that epoch, or a newer one, is applied.", HelpName = "N", CustomParser = given => Arguments.WholeNumber<long>(given) };
        var seconds = new Option<double?>("--seconds") { Description = "End after that time.", HelpName = "S", CustomParser = given => Arguments.Number(given) };
        var decide = new Option<bool>("--decide") { Description = "Keep deciding on all models on one thread, and count what fails." };
        var describe = new Option<bool>("--describe") { Description = "Before the end, tell all that is known of the reader in words. Not with --json." };
        var json = Arguments.Json();
        foreach (var option in (Option[])[untilEpoch, seconds, decide, describe, json]) command.Options.Add(option);
        command.SetAction((parse, stop) =>
            RunAsync(settings.Read(parse), new FollowOptions(parse.GetValue(untilEpoch), parse.GetValue(seconds), parse.GetValue(decide), parse.GetValue(describe), parse.GetValue(json)), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, FollowOptions options, CancellationToken stop)
    {
        if (options.UntilEpoch < 1) throw VerbException.Usage($"--until-epoch is {options.UntilEpoch}; it needs 1 or more.");
        if (options.Seconds is { } seconds && !(seconds > 0 && seconds <= TimeSpan.FromDays(30).TotalSeconds)) throw VerbException.Usage($"--seconds is {seconds}; it needs more than 0 and at most 30 days.");
        if (options is { Describe: true, Json: true }) throw VerbException.Usage("--describe is text and does not go together with --json.");
        using var follower = new Follower(settings.FastData, options, new RuntimeOptions { Trust = Places.Trust(settings), Acknowledgements = settings.Acknowledgements });
        return await follower.RunAsync(stop);
    }
}

/// <summary>How to follow.</summary>
internal sealed record FollowOptions(long? UntilEpoch, double? Seconds, bool Decide, bool Describe, bool Json);
