using System.Diagnostics;

namespace Delivery.ApplyRuntime.Tests.Faults;

/// <summary>A running <see cref="ReaderProgram"/>. Disposing ends it.</summary>
internal sealed class ReaderProcess : IDisposable
{
    /// <summary>For one answer, the first of which comes after the start of a process, and the longest of which after hundreds of reloads.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Process _process;

    /// <param name="folder">What it follows.</param>
    /// <param name="memory">How it holds models.</param>
    /// <param name="limits">Options of the shell's <c>ulimit</c>, such as <c>-n 200</c>; empty for none.</param>
    public ReaderProcess(string folder, ModelMemoryMode memory, string limits = "")
    {
        var dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        var limit = limits.Length == 0 ? "" : $"ulimit {limits} && ";
        _process = Process.Start(new ProcessStartInfo("sh", ["-c", $"{limit}exec \"$@\"", "sh", dotnet, typeof(ReaderProcess).Assembly.Location, folder, memory.ToString()])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Lets it do something; its answer.</summary>
    public async Task<string> AskAsync(string command)
    {
        using var patience = new CancellationTokenSource(Limit);
        await _process.StandardInput.WriteLineAsync(command.AsMemory(), patience.Token);
        await _process.StandardInput.FlushAsync(patience.Token);
        return await _process.StandardOutput.ReadLineAsync(patience.Token) ?? throw new InvalidOperationException($"It ended at '{command}' with exit code {await ExitCodeAsync(patience.Token)}.");
    }

    /// <summary>Asks for the status until it has this text.</summary>
    public async Task<string> StatusWithAsync(string text)
    {
        using var patience = new CancellationTokenSource(Limit);
        while (true)
        {
            var status = await AskAsync("status");
            if (status.Contains(text, StringComparison.Ordinal)) return status;
            if (patience.IsCancellationRequested) throw new TimeoutException($"'{text}' was expected in the end, but it is: {status}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task<int> ExitCodeAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }
}
