using System.Collections.Concurrent;
using System.Diagnostics;

namespace Delivery.TestKit;

/// <summary>The command line of Delivery in a process of its own. Disposing kills it.</summary>
public sealed class DeliveryProgram : IDisposable
{
    private readonly Process _process;
    private readonly BlockingCollection<string> _lines = [];
    private readonly Task<string> _errors;
    private readonly Task _reading;
    private readonly ConcurrentQueue<string> _output = new();

    private DeliveryProgram(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    /// <summary>The command line's assembly, beside the tests.</summary>
    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "delivery.dll");

    public int ProcessId => _process.Id;

    /// <summary>Everything printed to standard output so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts it and goes on.</summary>
    public static DeliveryProgram Start(params string[] arguments) => new(StartInfo(["dotnet", Assembly, .. arguments]));

    /// <summary>Starts it under another program, such as strace, and goes on.</summary>
    public static DeliveryProgram StartUnder(string[] tool, params string[] arguments) => new(StartInfo([.. tool, "dotnet", Assembly, .. arguments]));

    /// <summary>Runs it to its end.</summary>
    public static (int ExitCode, string Output, string Errors) Run(params string[] arguments)
    {
        using var program = Start(arguments);
        return program.WaitForExit();
    }

    /// <summary>The next line of standard output.</summary>
    /// <exception cref="TimeoutException">None came within two minutes.</exception>
    public string NextLine() => _lines.TryTake(out var line, TimeSpan.FromMinutes(2)) ? line : throw new TimeoutException($"No further line. So far: {Output}");

    /// <summary>Sends a signal by name, such as TERM.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, ProcessId.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the end. Under a tool that was killed the exit code is that of the tool.</summary>
    public (int ExitCode, string Output, string Errors) WaitForExit()
    {
        _process.WaitForExit();
        _reading.GetAwaiter().GetResult();
        return (_process.ExitCode, Output, _errors.GetAwaiter().GetResult());
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _lines.Dispose();
    }

    private static ProcessStartInfo StartInfo(string[] command)
    {
        var start = new ProcessStartInfo(command[0]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        return start;
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _output.Enqueue(line);
            _lines.Add(line);
        }
    }
}
