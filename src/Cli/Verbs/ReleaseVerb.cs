using System.CommandLine;
using System.Text;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData.Git;
using Delivery.FastData.Git.Control;
using Delivery.Models;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery release</c>: lets rejected content of a model be tried again.</summary>
public static class ReleaseVerb
{
    /// <summary>Commits that may be lost to an updater before we give up.</summary>
    private const int Attempts = 5;

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
        var report = Release(Places.Publisher(settings), name, OneLine(reason), stop);
        if (json) Json.Write(report, types => types.ReleaseReport);
        else Page.Standard().Line($"Released {Human.Count(report.Released.Count, "content")} of '{name}': epoch {report.Epoch}, commit {report.Commit[..8]}. The next cycle tests what the store then has.");
        return ExitCodes.Ok;
    }

    private static ReleaseReport Release(FastDataPublisher publisher, ModelName name, string? reason, CancellationToken stop)
    {
        var actor = CurrentUser();
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var tip = publisher.ReadTip(stop);
            var split = Quarantine.Read(tip).ToLookup(entry => entry.Name == name);
            var released = split[true].ToList();
            if (released.Count == 0) throw new VerbException($"Nothing of '{name}' is in quarantine. 'delivery status' lists what is.");
            var publication = new Publication
            {
                ExpectedTip = tip.Commit,
                Message = Message(name, released, actor, reason),
                Actor = actor,
                Control = new Dictionary<string, ReadOnlyMemory<byte>?> { [Quarantine.FileName] = Quarantine.Write(split[false]) },
            };
            if (publisher.Publish(publication, stop) is PublishOutcome.Published published)
            {
                return new ReleaseReport(name.Value, published.Epoch, published.Commit.Hex, reason,
                    [.. released.Select(entry => new QuarantineReport(entry.Name.Value, entry.Content.Hex, entry.Since, entry.Reason))]);
            }
        }
        throw new VerbException($"Nothing was released: {Attempts} times another process committed first. Try again.");
    }

    private static string Message(ModelName name, List<QuarantinedContent> released, Actor actor, string? reason)
    {
        var text = new StringBuilder($"Release {name} from quarantine\n\n");
        if (reason is not null) text.Append("Reason: ").Append(reason).Append("\n\n");
        foreach (var entry in released) text.Append($"{name}: released {entry.Content.Hex[..8]}, rejected {Human.Time(entry.Since)}: {entry.Reason}\n");
        text.Append($"\nReleased-By: {actor.Name} <{actor.Email}>\n");
        foreach (var entry in released) text.Append($"Released: {name} {entry.Content}\n");
        return text.ToString();
    }

    private static Actor CurrentUser()
    {
        var user = Clean(Environment.UserName, "unknown");
        return new Actor(user, $"{user}@{Clean(Environment.MachineName, "localhost")}");
    }

    private static string Clean(string text, string otherwise)
    {
        var kept = string.Concat(text.Where(c => !char.IsControl(c) && c is not ('<' or '>'))).Trim();
        return kept.Length > 0 ? kept : otherwise;
    }

    private static string? OneLine(string? text)
    {
        var line = string.Join(' ', (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > 0 ? Printable.Of(line) : null;
    }
}

/// <summary>What <c>delivery release --json</c> writes.</summary>
internal sealed record ReleaseReport(string Model, long Epoch, string Commit, string? Reason, IReadOnlyList<QuarantineReport> Released);
