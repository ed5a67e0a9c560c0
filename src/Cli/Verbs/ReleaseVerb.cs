using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery release</c>: lets rejected content of a model be tried again.</summary>
public static class ReleaseVerb
{
    private const string More =
        """
        A candidate that was rejected is not tried again until it is released; new content of the same model always is. The
        release is a commit that says who did it and why. The next cycle puts the candidate through all tests again.

        Examples:
          delivery release news_touch --reason "the holdout had a broken day"
          delivery update
        """;

    public static Command Create()
    {
        var command = new VerbCommand("release", "Take a model's rejected contents out of quarantine, as a commit.") { More = More };
        var model = new Argument<string>("MODEL") { Description = "The model." };
        var settings = new SettingFlags(command, fastData: true);
        var reason = new Option<string?>("--reason") { Description = "Why, for the history.", HelpName = "TEXT" };
        var json = Arguments.Json();
        command.Arguments.Add(model);
        command.Options.Add(reason);
        command.Options.Add(json);
        command.SetAction((parse, stop) => Task.FromResult(Run(settings.Read(parse), parse.GetRequiredValue(model), parse.GetValue(reason), parse.GetValue(json), stop)));
        return command;
    }

    private static int Run(DeliverySettings settings, string wanted, string? reason, bool json, CancellationToken stop)
    {
        var name = Arguments.ModelName(wanted);
        Places.RequireFolder(settings);
        var request = new ControlRequest(Actor.CurrentUser(), reason);
        var outcome = new FastDataControl(Places.Publisher(settings), TimeProvider.System).Release(name, request, stop);
        if (outcome is ControlOutcome.Refused refused) throw new VerbException($"{refused.Why} 'delivery status' lists what is.");
        var done = OrderResult.Require(outcome);
        var report = new ReleaseReport(name.Value, done.Epoch, done.Commit.Hex, request.Reason,
            [.. done.Released.Select(entry => new QuarantineReport(entry.Name.Value, entry.Content.Hex, entry.Since, entry.Reason))]);
        if (json) Json.Write(report, types => types.ReleaseReport);
        else Page.Standard().Line($"Released {Human.Count(report.Released.Count, "content")} of '{name}': epoch {report.Epoch}, commit {report.Commit[..8]}. The next cycle tests what the store then has.");
        return ExitCodes.Ok;
    }
}

/// <summary>What <c>delivery release --json</c> writes.</summary>
internal sealed record ReleaseReport(string Model, long Epoch, string Commit, string? Reason, IReadOnlyList<QuarantineReport> Released);
