using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Delivery.TestKit;

/// <summary>The real command line, or another program, in a process of its own. Disposing kills it.</summary>
public sealed class DeliveryProcess : IDisposable
{
    /// <summary>Long enough for the slowest machine; a test that gets here has failed.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Starts a program that hears SIGINT. What a shell starts in the background ignores that signal, and so does all that it starts: also the
    /// tests of a script that was started with <c>&amp;</c> or <c>nohup</c>.
    /// </summary>
    public static string[] HearsInterrupt { get; } = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT"] : [];

    /// <summary>The dotnet that runs the tests.</summary>
    public static string Dotnet { get; } = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private DeliveryProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.Start();
        _process.BeginErrorReadLine(); // all along, or a full pipe would stop it
    }

    /// <summary>What it is as a finished run.</summary>
    public sealed record Result(int ExitCode, string Output, string Errors);

    /// <summary>Runs to the end.</summary>
    public static async Task<Result> RunAsync(string folder, params string[] arguments)
    {
        using var running = Start(folder, new Dictionary<string, string>(StringComparer.Ordinal), arguments);
        return await running.EndAsync();
    }

    /// <summary>Starts it and goes on.</summary>
    /// <param name="folder">Its current folder.</param>
    /// <param name="environment">Variables on top of ours, of which those of Delivery are removed.</param>
    /// <param name="arguments">Of the command line.</param>
    public static DeliveryProcess Start(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartUnder([], folder, environment, arguments);

    /// <summary>Starts it under another program, such as strace, and goes on.</summary>
    /// <param name="tool">That program and its arguments; empty for none.</param>
    /// <param name="folder">Its current folder.</param>
    /// <param name="environment">Variables on top of ours, of which those of Delivery are removed.</param>
    /// <param name="arguments">Of the command line.</param>
    public static DeliveryProcess StartUnder(string[] tool, string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartProgram([.. tool, Dotnet, Path.Combine(AppContext.BaseDirectory, "delivery.dll"), .. arguments], folder, environment);

    /// <summary>Starts another program than the command line, in the same way.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Its current folder.</param>
    /// <param name="environment">Variables on top of ours, of which those of Delivery are removed.</param>
    public static DeliveryProcess StartProgram(string[] command, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("DELIVERY_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new DeliveryProcess(start);
    }

    /// <summary>The next line of its output that has this text. However long it takes: only silence is limited.</summary>
    public async Task<string> LineWithAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal)) return line;
            limit.CancelAfter(Limit);
        }
        throw new InvalidOperationException($"It ended without a line with '{text}': {Errors}");
    }

    /// <summary>Waits until its errors have this text.</summary>
    public async Task ErrorWithAsync(string text)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!Errors.Contains(text, StringComparison.Ordinal)) await Task.Delay(10, limit.Token);
    }

    /// <summary>Sends a signal, as a service manager does (SIGTERM) or a terminal (SIGINT).</summary>
    public void Signal(int number)
    {
        if (Kill(_process.Id, number) != 0) throw new InvalidOperationException($"kill({_process.Id}, {number}) failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Waits for the end, and gives what was not read yet.</summary>
    /// <param name="within">For programs that work for minutes; null: the usual limit.</param>
    public async Task<Result> EndAsync(TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? Limit);
        var output = await _process.StandardOutput.ReadToEndAsync(limit.Token);
        await _process.WaitForExitAsync(limit.Token);
        return new Result(_process.ExitCode, output, Errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString();
        }
    }

    private void Append(string? line)
    {
        if (line is null) return;
        lock (_errors) _errors.Append(line).Append('\n');
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
