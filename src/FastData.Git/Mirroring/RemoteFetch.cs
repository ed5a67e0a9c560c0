using System.Text.RegularExpressions;
using Delivery.FastData.Git.Programs;

namespace Delivery.FastData.Git.Mirroring;

/// <summary>
/// Brings objects from the remote into the repository with the git program, and trusts neither: each run has limits of time,
/// silence and bytes, every object is checked as <c>git fsck</c> does, and only refs below <c>refs/delivery/</c> are written.
/// </summary>
internal sealed partial class RemoteFetch(FolderLayout layout, RemoteAddress remote, FastDataMirrorOptions options)
{
    /// <summary>Where the remote's branch is kept until it is adopted, so that no repack drops it.</summary>
    public const string Incoming = "refs/delivery/incoming";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    // Names a transport's helpers by what they may be, whatever the configuration of the machine says.
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh",
        ["GIT_PROTOCOL_FROM_USER"] = "0",
        ["SSH_ASKPASS_REQUIRE"] = "never",
        ["GCM_INTERACTIVE"] = "never",
        ["GIT_OPTIONAL_LOCKS"] = "0",
    };

    private readonly GitRun _run = new(layout);

    /// <summary>Fetches the branch into <see cref="Incoming"/>, and the other refs where the remote has them.</summary>
    /// <param name="isFirst">Nothing is here yet: only the newest commit is fetched.</param>
    /// <param name="cancellationToken">Kills git.</param>
    /// <exception cref="FastDataException">The remote is away, has no such branch, sent something unsound or too much, or took too long.</exception>
    public Task FetchAsync(bool isFirst, CancellationToken cancellationToken) => FetchAsync(
        isFirst ? ["--depth=1"] : [], [$"+refs/heads/{options.Branch}:{Incoming}", .. options.AlsoFetch.Select(name => $"+{name}*:{name}*")], cancellationToken);

    /// <summary>Fetches one commit again with all that it needs, whatever seems to be here already.</summary>
    /// <inheritdoc cref="FetchAsync(bool, CancellationToken)"/>
    public Task FetchAgainAsync(CommitId commit, CancellationToken cancellationToken) =>
        FetchAsync(["--refetch", "--depth=1"], [$"+{commit}:{Incoming}"], cancellationToken);

    private async Task FetchAsync(string[] how, string[] what, CancellationToken cancellationToken)
    {
        using var tooMuch = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var git = new GitCommand(layout.Repository) { Timeout = options.FetchTimeout, StallTimeout = options.StallTimeout, Environment = Environment, Started = _run.Begin };
        var fetch = git.TryRunAsync([.. Configuration(), "fetch", .. Flags, .. how, "--", remote.Argument, .. what], tooMuch.Token);
        try
        {
            while (!cancellationToken.IsCancellationRequested && await Task.WhenAny(fetch, Task.Delay(Look, cancellationToken)) != fetch)
            {
                if (ReceivedBytes() > options.MaxFetchBytes) await tooMuch.CancelAsync();
            }
            var result = await fetch;
            if (result.ExitCode != 0) throw new FastDataException($"{remote}: {Reason(result)}");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new FastDataException($"{remote}: it sent more than {options.MaxFetchBytes} bytes at once, so the transfer was stopped.", e);
        }
        catch (FastDataException e) when (e.InnerException is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new FastDataException($"{remote}: {e.Message}", e);
        }
        _run.End();
    }

    private IEnumerable<string> Configuration()
    {
        string[] settings =
        [
            "protocol.version=2", "fetch.fsckObjects=true", "transfer.fsckObjects=true", "fetch.unpackLimit=1", "core.fsync=all",
            "fetch.writeCommitGraph=false", "fetch.recurseSubmodules=false", "submodule.recurse=false", "fetch.prune=false", "fetch.pruneTags=false",
            "gc.auto=0", "maintenance.auto=false", "transfer.bundleURI=false", "http.lowSpeedLimit=1",
            $"http.lowSpeedTime={Math.Max(1, (int)options.StallTimeout.TotalSeconds)}",
        ];
        return settings.SelectMany(setting => (string[])["-c", setting]);
    }

    private static readonly string[] Flags =
        ["--progress", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--no-write-fetch-head", "--no-write-commit-graph", "--no-show-forced-updates"];

    private long ReceivedBytes()
    {
        try
        {
            return new DirectoryInfo(Path.Combine(layout.Repository, "objects", "pack")).EnumerateFiles("tmp_pack_*").Sum(file => file.Length);
        }
        catch (IOException)
        {
            return 0; // it got its final name while we looked
        }
    }

    private string Reason(GitResult result)
    {
        var lines = result.Errors.Split('\n').Select(line => line.Split('\r')[^1].Trim()).Where(line => line.Length > 0 && !Progress().IsMatch(line)).ToList();
        if (lines.Exists(line => line.Contains("couldn't find remote ref", StringComparison.Ordinal))) return $"it has no branch '{options.Branch}'.";
        var said = string.Join("; ", lines.TakeLast(4));
        return remote.Hide(said.Length > 0 ? said : $"git fetch ended with exit code {result.ExitCode} and said nothing.");
    }

    [GeneratedRegex(@"^(remote: )?(Enumerating|Counting|Compressing|Total|Receiving|Resolving|Unpacking|Checking|From |notice: |\* |\+ |[0-9a-f]+\.\.)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Progress();
}
