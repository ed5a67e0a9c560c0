using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Delivery.Cli.Demo;

/// <summary>Another process that follows the fast-data folder and decides all the time, as a search process would. One caller at a time.</summary>
public sealed class ReaderProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Channel<ReaderEvent> _events = Channel.CreateUnbounded<ReaderEvent>();
    private readonly ConcurrentQueue<string> _errors = [];
    private readonly List<ReaderEvent.Applied> _applied = [];

    private ReaderProcess(Process process) => _process = process;

    /// <summary>What it has loaded so far, as far as it was waited for.</summary>
    public IReadOnlyList<ReaderEvent.Applied> Applied => _applied;

    /// <summary>Starts it on a folder, which need not exist yet.</summary>
    public static ReaderProcess Start(string fastData)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "delivery.dll"), "follow", "--fast-data", fastData, "--decide", "--json" }) start.ArgumentList.Add(argument);
        var reader = new ReaderProcess(new Process { StartInfo = start });
        reader._process.OutputDataReceived += (_, line) => reader.Hear(line.Data);
        reader._process.ErrorDataReceived += (_, line) =>
        {
            if (!string.IsNullOrWhiteSpace(line.Data)) reader._errors.Enqueue(line.Data);
        };
        reader._process.Start();
        reader._process.BeginOutputReadLine();
        reader._process.BeginErrorReadLine();
        return reader;
    }

    /// <summary>Waits until it has loaded a generation, or a newer one.</summary>
    /// <exception cref="VerbException">It ended, or did not load it in 2 min.</exception>
    public async Task<ReaderEvent.Applied> WaitForEpochAsync(long epoch, CancellationToken cancellationToken)
    {
        if (_applied.Find(known => known.Epoch >= epoch) is { } already) return already;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await foreach (var heard in _events.Reader.ReadAllAsync(patience.Token))
            {
                if (heard is not ReaderEvent.Applied applied) continue;
                _applied.Add(applied);
                if (applied.Epoch >= epoch) return applied;
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new VerbException($"The reader process did not load epoch {epoch} in {Patience.TotalSeconds} s. {Errors}", e);
        }
        throw new VerbException($"The reader process ended by itself. {Errors}");
    }

    /// <summary>Tells it to stop, and gives its last words; null when it ended without any.</summary>
    public async Task<ReaderEvent.Ended?> StopAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        ReaderEvent.Ended? last = null;
        try
        {
            Signal();
            await foreach (var heard in _events.Reader.ReadAllAsync(patience.Token))
            {
                if (heard is ReaderEvent.Applied applied) _applied.Add(applied);
                last = heard as ReaderEvent.Ended ?? last;
            }
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Kill();
        }
        return last;
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Errors => _errors.IsEmpty ? "It said nothing about it." : $"It said: {string.Join(' ', _errors)}";

    private void Hear(string? line)
    {
        if (line is null) _events.Writer.TryComplete();
        else if (ReaderEvent.Parse(line) is { } heard) _events.Writer.TryWrite(heard);
    }

    private void Signal()
    {
        if (_process.HasExited) return;
        if (OperatingSystem.IsWindows()) _process.StandardInput.Close();
        else if (NativeKill(_process.Id, Terminate) != 0) Kill();
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited) _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // it ended in between
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeKill(int process, int signal);
}
