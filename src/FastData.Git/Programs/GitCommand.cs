using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Delivery.FastData.Git.Programs;

/// <summary>How a run of git ended.</summary>
/// <param name="ExitCode">What it returned; 0 is success.</param>
/// <param name="Output">What it printed, as UTF-8.</param>
/// <param name="Errors">What it said on standard error; the last 64 KiB of it.</param>
internal sealed record GitResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last thing it said, for messages; empty when it said nothing.</summary>
    public string Complaint => (Errors.Length > 0 ? Errors : Output).Trim();
}

/// <summary>
/// The git program on one bare repository: for transport, maintenance and checks, which libgit2 has not or does worse. Asks no
/// questions, speaks English, and never reads which repository it works on from the environment. Any thread may call.
/// </summary>
/// <param name="repository">The bare repository, as an absolute path.</param>
internal sealed class GitCommand(string repository)
{
    private const int KeptErrorCharacters = 64 * 1024;

    // They would point git at another repository than the one that was asked for.
    private static readonly string[] Misleading =
        ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_NAMESPACE"];

    /// <summary>The program. Default: the <c>git</c> of the path.</summary>
    public string Program { get; init; } = "git";

    /// <summary>How long one run may take before it is killed. Default 10 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long it may say nothing on standard error before it is killed; for runs that report their progress there. Default: for ever.</summary>
    public TimeSpan StallTimeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Variables on top of this process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Told of each process that is started; null for nobody.</summary>
    public Action<Process>? Started { get; init; }

    /// <summary>Runs git whatever its exit code. On cancellation, and after <see cref="Timeout"/>, it is killed with its children.</summary>
    /// <param name="arguments">After <c>git --git-dir=…</c>; each reaches git as it is, no shell is involved.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <param name="input">Its standard input; empty by default.</param>
    /// <exception cref="FastDataException">There is no such program, or it took too long.</exception>
    public Task<GitResult> TryRunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string input = "") =>
        ExecuteAsync(arguments, (output, token) => output.ReadToEndAsync(token), input, cancellationToken);

    /// <summary>Runs git and hands over each line that it prints, as it comes: for output that is large.</summary>
    /// <inheritdoc cref="TryRunAsync"/>
    /// <exception cref="FastDataException">It failed; the message holds what it said. Or as <see cref="TryRunAsync"/>.</exception>
    public async Task ReadLinesAsync(IReadOnlyList<string> arguments, Action<string> take, CancellationToken cancellationToken, string input = "")
    {
        var result = await ExecuteAsync(arguments, async (output, token) =>
        {
            while (await output.ReadLineAsync(token) is { } line) take(line);
            return "";
        }, input, cancellationToken);
        RequireSuccess(arguments, result);
    }

    private async Task<GitResult> ExecuteAsync(IReadOnlyList<string> arguments, Func<StreamReader, CancellationToken, Task<string>> read, string input, CancellationToken cancellationToken)
    {
        using var process = Start(arguments);
        using var stall = new CancellationTokenSource(StallTimeout);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stall.Token);
        limit.CancelAfter(Timeout);
        try
        {
            Started?.Invoke(process);
            var output = read(process.StandardOutput, limit.Token);
            var errors = ReadTailAsync(process.StandardError, () => stall.CancelAfter(StallTimeout), limit.Token);
            await WriteAsync(process, input, limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new GitResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Without its arguments: a remote's address may hold a password.
            var end = stall.IsCancellationRequested ? $"{StallTimeout.TotalSeconds:0.#} s without a sign of life" : $"{Timeout.TotalSeconds:0.#} s without an end";
            throw new FastDataException($"git {Verb(arguments)} was stopped after {end}.", e);
        }
        finally
        {
            if (!process.HasExited) await KillAsync(process);
        }
    }

    // Its leavings are looked at next, so it must be gone by then.
    private static async Task KillAsync(Process process)
    {
        process.Kill(entireProcessTree: true);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // It hangs in the kernel, as on a dead network disk, and ends when that does.
        }
    }

    private static string Verb(IReadOnlyList<string> arguments)
    {
        var at = 0;
        while (at + 2 < arguments.Count && arguments[at] == "-c") at += 2;
        return arguments.Count > at ? arguments[at] : "";
    }

    /// <summary>Runs git and gives what it printed.</summary>
    /// <inheritdoc cref="TryRunAsync"/>
    /// <exception cref="FastDataException">It failed; the message holds what it said. Or as <see cref="TryRunAsync"/>.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string input = "")
    {
        var result = await TryRunAsync(arguments, cancellationToken, input);
        RequireSuccess(arguments, result);
        return result.Output;
    }

    private static void RequireSuccess(IReadOnlyList<string> arguments, GitResult result)
    {
        if (result.ExitCode != 0) throw new FastDataException($"git {string.Join(' ', arguments)} failed with exit code {result.ExitCode}: {result.Complaint}");
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Program)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add($"--git-dir={repository}");
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var name in Misleading) start.Environment.Remove(name);
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new FastDataException($"The program '{Program}' cannot be started: {e.Message}. Install git 2.36 or newer, or put it on the path.", e);
        }
    }

    private static async Task WriteAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it: its exit code says why.
        }
    }

    private static async Task<string> ReadTailAsync(StreamReader errors, Action lives, CancellationToken cancellationToken)
    {
        var tail = new StringBuilder();
        var buffer = new char[4096];
        for (int read; (read = await errors.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            lives();
            tail.Append(buffer, 0, read);
            if (tail.Length > 2 * KeptErrorCharacters) tail.Remove(0, tail.Length - KeptErrorCharacters);
        }
        return tail.Length > KeptErrorCharacters ? tail.ToString(tail.Length - KeptErrorCharacters, KeptErrorCharacters) : tail.ToString();
    }
}
