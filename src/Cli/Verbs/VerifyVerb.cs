using System.CommandLine;
using Delivery.Cli.Configuration;
using Delivery.Cli.Output;
using Delivery.FastData.Git.Verifying;

namespace Delivery.Cli.Verbs;

/// <summary><c>delivery verify</c>: whether the folder is whole, and makes it so.</summary>
public static class VerifyVerb
{
    private const string More =
        """
        It reads every live and kept file, every manifest, CURRENT, the line of commits and the whole object database (git fsck).
        Without --repair it takes no lock and writes nothing, and may run beside an update at any time. Where
        signing.allowedSigners is set, kept manifests and their commits must be signed by one of its keys.

        --repair rebuilds live files, manifests and CURRENT from the history, takes what the history has lost from the live
        files, and removes leftovers. A signature that is lost comes back from the history, or is made again where signing.key
        is set. Damaged files of the repository go to .git/quarantine-TIME-N, which may be deleted once all is well.

        Exit codes:
          0  the folder is whole; with --repair: it is now.
          1  there are findings, or the folder could not be read.
          2  the command line or the configuration is wrong.

        Examples:
          delivery verify
          delivery verify --json | jq '.findings[].path'
          delivery verify --repair
        """;

    public static Command Create()
    {
        var command = new VerbCommand("verify", "Check every file of the folder and its history; mend what can be mended.") { More = More };
        var settings = new SettingFlags(command, fastData: true);
        var repair = new Option<bool>("--repair") { Description = "Mend what can be mended." };
        var json = Arguments.Json();
        command.Options.Add(repair);
        command.Options.Add(json);
        command.SetAction((parse, stop) => RunAsync(settings.Read(parse), parse.GetValue(repair), parse.GetValue(json), stop));
        return command;
    }

    private static async Task<int> RunAsync(DeliverySettings settings, bool repair, bool json, CancellationToken stop)
    {
        Places.RequireFolder(settings);
        var verification = new FolderVerification(settings.FastData) { LockTimeout = settings.LockTimeout, AllowedSigners = settings.AllowedSigners, Signer = Places.Signer(settings) };
        var progress = Console.IsErrorRedirected ? null : new OnScreen();
        var found = repair ? await verification.RepairAsync(progress, stop) : await verification.VerifyAsync(progress, stop);
        var report = VerifyReport.Of(settings.FastData, found);
        if (json) Json.Write(report, types => types.VerifyReport);
        else Show(report, Page.Standard());
        return report.Clean ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static void Show(VerifyReport report, Page page)
    {
        foreach (var done in report.Repairs) page.Line($"repaired: {done}");
        if (report.Quarantine is { } quarantine) page.Line($"damaged files are in {quarantine}");
        foreach (var finding in report.Findings) page.Line($"{finding.Path}: {finding.Problem}. To mend it: {finding.Mend}.");
        page.Line(report.Clean
            ? $"The folder is whole: epoch {report.Epoch}, {Human.Count(report.LiveFiles, "live file")}, {Human.Count(report.Manifests, "manifest")}, {Human.Count(report.Commits, "commit")}."
            : $"{Human.Count(report.Findings.Count, "finding")} in '{report.Folder}'.");
    }

    private sealed class OnScreen : IProgress<string>
    {
        public void Report(string value) => Console.Error.WriteLine($"... {value}");
    }
}

/// <summary>What <c>delivery verify --json</c> writes.</summary>
/// <param name="Folder">The fast-data folder.</param>
/// <param name="Clean">Whether nothing was found.</param>
/// <param name="Epoch">The live generation; 0 when CURRENT cannot be read.</param>
/// <param name="LiveFiles">Live files that were hashed.</param>
/// <param name="Manifests">Manifests that were compared with their commits.</param>
/// <param name="Commits">Commits on the line of generations.</param>
/// <param name="Findings">What is wrong; after a repair, what still is.</param>
/// <param name="Repairs">What a repair did, in order.</param>
/// <param name="Quarantine">Where it put damaged files; null when there were none.</param>
internal sealed record VerifyReport(
    string Folder, bool Clean, long Epoch, int LiveFiles, int Manifests, int Commits, IReadOnlyList<FindingReport> Findings, IReadOnlyList<string> Repairs, string? Quarantine)
{
    public static VerifyReport Of(string folder, VerificationReport report) => new(
        folder, report.Findings.Count == 0, report.Epoch, report.LiveFiles, report.Manifests, report.Commits,
        [.. report.Findings.Select(finding => new FindingReport(finding.Kind, finding.Path, finding.Problem, finding.Mend))], report.Repairs, report.Quarantine);
}

/// <summary>One finding.</summary>
internal sealed record FindingReport(FindingKind Kind, string Path, string Problem, string Mend);
