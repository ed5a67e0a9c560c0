using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.FastData.Git.Mirroring;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery mirror</c>: a folder of this host follows the history of a remote.</summary>
public static class MirrorVerb
{
    private const string More =
        """
        Search processes of this host read DIR as they read any fast-data folder. A newer generation is taken when its epoch is
        higher, its commit descends from the one that is live here, and everything in it is sound. Where signing.allowedSigners is
        set, one of its keys must also have signed commit and manifest. What is not so is refused and told, and DIR goes on
        serving what it has. So it does while the remote is away. A rollback must travel as a new epoch.

        The next poll comes at once when the file DIR/.git/delivery-poll is touched, as a hook of the remote can do, and when the
        branch of a remote on this machine moves.

        Exit codes:
          0  with --once: DIR has what the remote has. Without: ended by SIGTERM or Ctrl-C.
          1  with --once: the remote was refused or could not be asked. Or DIR is no folder that a mirror may write to.
          2  the command line or the configuration is wrong.

        Examples:
          delivery mirror --from https://git.example.org/models.git --to /var/lib/search/models
          delivery mirror --from git@git.example.org:models.git --to models --branch canary --interval 30s
          delivery mirror --from /srv/delivery/fast-data --to models --once
        """;

    public static Command Create()
    {
        var command = new VerbCommand("mirror", "Follow the history of a remote and make each newer generation live in a folder of this host.") { More = More };
        var settings = new SettingFlags(command, mirror: true);
        var once = new Option<bool>("--once") { Description = "Poll once and end." };
        var json = Arguments.Json();
        command.Options.Add(once);
        command.Options.Add(json);
        command.SetAction((parse, stop) => RunAsync(settings.Read(parse), parse.GetValue(once), parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, bool once, bool json, CancellationToken stop)
    {
        if (settings.Mirror.From is not { } from) throw VerbException.Usage("No remote is named: say --from URL, or set mirror.from in delivery.json.");
        var teller = new MirrorTeller(json, TimeProvider.System);
        using var mirror = new FastDataMirror(settings.Mirror.ToOptions(from, settings) with { Polled = teller.Tell });
        if (once) return (await mirror.PollOnceAsync(stop)).IsGood ? ExitCodes.Ok : ExitCodes.Failed;
        teller.Begin(mirror.Status, settings.Mirror.Interval);
        await mirror.RunAsync(stop);
        return ExitCodes.Ok;
    }
}
