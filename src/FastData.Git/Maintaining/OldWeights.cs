using System.Globalization;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Programs;
using Delivery.FastData.Git.Publishing;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>Weights that nobody needs on the hot side any more, found from the history.</summary>
/// <param name="Months">The month in which each was last live, such as <c>2026-11</c>, in the order of the history.</param>
/// <param name="Needed">Weights that were live after <paramref name="Until"/> or are in the tree of a branch.</param>
/// <param name="Until">The newest commit that was looked at; null when none is old enough.</param>
/// <param name="More">Whether older commits remain than were looked at.</param>
internal sealed record OldWeights(IReadOnlyDictionary<GitId, string> Months, IReadOnlySet<GitId> Needed, CommitId? Until, bool More)
{
    private const char CommitMark = '\u0001';

    /// <summary>
    /// Weights whose last tree was replaced at or before <paramref name="cutoff"/>: a weight that left delivery, is in no tree
    /// of a younger commit, was not live after the cutoff, and is in the tree of no branch.
    /// </summary>
    /// <param name="git">The repository.</param>
    /// <param name="tip">What main points at.</param>
    /// <param name="after">Commits up to this one are done; null for none.</param>
    /// <param name="cutoff">What was live after it is young.</param>
    /// <param name="maxCommits">Most commits to look at, oldest first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<OldWeights> FindAsync(GitCommand git, CommitId tip, CommitId? after, DateTimeOffset cutoff, int maxCommits, CancellationToken cancellationToken)
    {
        string[] notDone = after is { } done ? ["^" + done.Hex] : [];
        var commits = new List<CommitId>();
        var old = true;
        var oldCount = 0;
        await git.ReadLinesAsync(["rev-list", "--first-parent", "--reverse", "--timestamp", tip.Hex, .. notDone], line =>
        {
            var (time, id) = (long.Parse(line.AsSpan(0, line.IndexOf(' ')), CultureInfo.InvariantCulture), line[(line.IndexOf(' ') + 1)..]);
            // A clock that was wrong for a while must not make young what follows: the first young commit ends the old ones.
            old = old && time <= cutoff.ToUnixTimeSeconds();
            if (!old) return;
            oldCount++;
            if (commits.Count < maxCommits) commits.Add(CommitId.Parse(id));
        }, cancellationToken);
        CommitId? until = commits.Count == 0 ? null : commits[^1];
        var needed = new HashSet<GitId>();
        await ReadReplacedAsync(git, [tip.Hex, .. (until ?? after) is { } seen ? new[] { "^" + seen.Hex } : []], (id, _) => needed.Add(id), cancellationToken);
        needed.UnionWith((await ReachableAsync(git, ["--no-walk", "--all"], cancellationToken)).Select(found => found.Id));
        var months = new Dictionary<GitId, string>();
        if (until is null) return new OldWeights(months, needed, null, More: false);
        // Newest first: of a weight that was delivered twice, the last end counts.
        await ReadReplacedAsync(git, [until.Value.Hex, .. notDone], (id, when) =>
        {
            if (!needed.Contains(id)) months.TryAdd(id, MonthOf(when));
        }, cancellationToken);
        return new OldWeights(months, needed, until, More: oldCount > commits.Count);
    }

    /// <summary>The month of a commit, as directories of the cold side are called.</summary>
    public static string MonthOf(DateTimeOffset when) => when.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    /// <summary>Trees and files of commits with their paths; what the repository lacks is listed too.</summary>
    /// <param name="git">The repository.</param>
    /// <param name="revisions">As <c>git rev-list</c> takes them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<List<(GitId Id, string Path)>> ReachableAsync(GitCommand git, IReadOnlyList<string> revisions, CancellationToken cancellationToken)
    {
        var found = new List<(GitId, string)>();
        await git.ReadLinesAsync(["rev-list", "--objects", "--missing=allow-any", .. revisions], line =>
        {
            if (line.Length > CommitHexLength + 1) found.Add((new GitId(line[..CommitHexLength]), line[(CommitHexLength + 1)..]));
        }, cancellationToken);
        return found;
    }

    /// <summary>Whether a path of the tree is one of weights.</summary>
    public static bool IsWeights(string path) =>
        path.StartsWith(TipState.ModelsFolder + "/", StringComparison.Ordinal) && path.EndsWith(TipState.ModelSuffix, StringComparison.Ordinal);

    private const int CommitHexLength = 40;

    private static Task ReadReplacedAsync(GitCommand git, IReadOnlyList<string> revisions, Action<GitId, DateTimeOffset> take, CancellationToken cancellationToken)
    {
        var when = default(DateTimeOffset);
        return git.ReadLinesAsync(
            ["log", "--first-parent", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=MD", $"--format=%x01%ct", .. revisions, "--", TipState.ModelsFolder],
            line =>
            {
                if (line.StartsWith(CommitMark)) when = DateTimeOffset.FromUnixTimeSeconds(long.Parse(line.AsSpan(1), CultureInfo.InvariantCulture));
                // :100644 100644 OLD NEW M<tab>models/name.pb
                else if (line.StartsWith(':') && line.Split('\t') is [var change, var path] && IsWeights(path)) take(new GitId(change.Split(' ')[2]), when);
            },
            cancellationToken);
    }
}
