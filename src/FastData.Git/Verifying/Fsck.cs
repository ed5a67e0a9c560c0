using System.Text.RegularExpressions;
using Delivery.FastData.Git.Maintaining;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Programs;

namespace Delivery.FastData.Git.Verifying;

/// <summary>What <c>git fsck --full --strict</c> says.</summary>
/// <param name="Findings">In clear words.</param>
/// <param name="MissingBlobs">Contents that history names and has not.</param>
internal sealed partial record Fsck(IReadOnlyList<Finding> Findings, IReadOnlyList<GitId> MissingBlobs)
{
    private const int MostLines = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromHours(4); // a cold disk with years of packs

    public static async Task<Fsck> RunAsync(FolderLayout layout, CancellationToken cancellationToken)
    {
        var git = new GitCommand(layout.Repository) { Timeout = Limit };
        var result = await git.TryRunAsync(["fsck", "--full", "--strict", "--no-progress", "--no-dangling"], cancellationToken);
        var away = AwayAlternates(layout).ToList();
        var findings = away.ConvertAll(path => new Finding(FindingKind.Objects, ".git/objects/info/alternates", $"the cold side '{path}' is away, so the weights kept there were not checked", "mount it again, or, where the line itself is wrong, remove it and run 'delivery maintain'; what is live does not need it"));
        var missing = new List<GitId>();
        var others = new List<string>();
        foreach (var line in (result.Output + "\n" + result.Errors).Split('\n').Select(line => line.Trim()).Where(IsNews))
        {
            if (Missing().Match(line) is not { Success: true } match) others.Add(line);
            else if (match.Groups["type"].Value == "blob") missing.Add(new GitId(match.Groups["id"].Value));
            else findings.Add(Of($"the history lacks the {match.Groups["type"].Value} {match.Groups["id"].Value}"));
        }
        if (away.Count == 0) findings.AddRange(missing.Select(blob => Of($"the history lacks the content {blob}")));
        if (away.Count > 0) others.RemoveAll(IsAboutAlternates);
        if (away.Count == 0 || missing.Count == 0) findings.AddRange(others.Take(MostLines).Select(line => Of($"git fsck says: {line}")));
        if (others.Count > MostLines) findings.Add(Of($"git fsck says {others.Count - MostLines} things more; see them with: git -C {layout.Root} fsck --full --strict"));
        if (result.ExitCode != 0 && findings.Count == 0) findings.Add(Of($"git fsck ended with exit code {result.ExitCode} and said nothing"));
        return new Fsck(findings, missing);
    }

    private static IEnumerable<string> AwayAlternates(FolderLayout layout)
    {
        return ColdSide.ReadAlternates(layout).Where(line => !Directory.Exists(Path.Combine(layout.Repository, "objects", line)));
    }

    private static bool IsAboutAlternates(string line) =>
        line.Contains("alternate object path", StringComparison.Ordinal) || line.Contains("check .git/objects/info/alternates", StringComparison.Ordinal);

    private static Finding Of(string problem) =>
        new(FindingKind.Objects, ".git", problem, "'delivery verify --repair' takes it from the live files where they have it; else restore it from a copy or a mirror");

    // A broken link goes with the line about the object that is missing.
    private static bool IsNews(string line) => line.Length > 0 && !line.StartsWith("dangling ", StringComparison.Ordinal) && !line.StartsWith("notice: ", StringComparison.Ordinal)
        && !line.StartsWith("broken link from", StringComparison.Ordinal) && !line.StartsWith("to ", StringComparison.Ordinal) && !line.StartsWith("Checking ", StringComparison.Ordinal);

    [GeneratedRegex("^missing (?<type>blob|tree|commit|tag) (?<id>[0-9a-f]{40})", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Missing();
}
