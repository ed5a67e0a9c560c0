using System.ComponentModel;
using System.Diagnostics;

namespace Delivery.FastData.Git.Programs;

/// <summary>The program <c>ssh-keygen</c>, which signs with key files and with agents. Asks no questions. Any thread may call.</summary>
internal sealed class SshKeygen
{
    /// <summary>The program. Default: the <c>ssh-keygen</c> of the path.</summary>
    public string Program { get; init; } = "ssh-keygen";

    /// <summary>How long one run may take before it is killed. Default 30 s: an agent may ask its owner.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Runs it and gives what it printed.</summary>
    /// <param name="arguments">Each reaches it as it is, no shell is involved.</param>
    /// <param name="input">Its standard input.</param>
    /// <exception cref="FastDataException">There is no such program, it failed, or it took too long; the message holds what it said.</exception>
    public byte[] Run(IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input)
    {
        using var process = Start(arguments);
        var stopped = 0;
        using var limit = new Timer(_ =>
        {
            Interlocked.Exchange(ref stopped, 1);
            Stop(process);
        }, null, Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        var errors = new List<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text && errors.Count < 20) errors.Add(text.TrimEnd('\r'));
        };
        process.BeginErrorReadLine();
        Write(process, input);
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        if (Volatile.Read(ref stopped) != 0) throw new FastDataException($"{Line(arguments)} was stopped after {Timeout.TotalSeconds:0} s without an end.");
        return process.ExitCode == 0 ? output.ToArray() : throw new FastDataException($"{Line(arguments)} failed with exit code {process.ExitCode}: {string.Join(' ', errors)}");
    }

    private string Line(IReadOnlyList<string> arguments) => $"{Program} {string.Join(' ', arguments)}";

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            UseShellExecute = false, CreateNoWindow = true, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // A passphrase is never asked for, neither on a terminal nor in a window: such a key belongs into an agent.
        start.Environment["SSH_ASKPASS"] = "false";
        start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        start.Environment["LC_ALL"] = "C";
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new FastDataException($"The program '{Program}' cannot be started: {e.Message}. Install OpenSSH 8.4 or newer (openssh-client), or put it on the path.", e);
        }
    }

    private static void Write(Process process, ReadOnlyMemory<byte> input)
    {
        try
        {
            process.StandardInput.BaseStream.Write(input.Span);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all of it: its exit code says why.
        }
    }

    private static void Stop(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }
}
