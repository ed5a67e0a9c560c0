using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Delivery.TestKit;

/// <summary>A real <c>git daemon</c> that serves a folder of repositories on this machine. Disposing ends it.</summary>
public sealed class GitDaemon : IDisposable
{
    private readonly string _root;
    private Process _process;

    /// <param name="root">The folder of repositories.</param>
    public GitDaemon(string root)
    {
        _root = root;
        for (var attempt = 1; ; attempt++)
        {
            Port = FreePort();
            if (TryStart() is { } process)
            {
                _process = process;
                return;
            }
            if (attempt == 10) throw NotUp(); // a port that was free may be taken a moment later, but not each time
        }
    }

    public int Port { get; }

    /// <summary>The URL of a repository below the root.</summary>
    public string UrlOf(string name) => $"git://127.0.0.1:{Port}/{name}";

    /// <summary>Goes away.</summary>
    public void Stop()
    {
        if (_process.HasExited) return;
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    /// <summary>Comes back at the same place.</summary>
    public void Restart()
    {
        Stop();
        _process.Dispose();
        for (var attempt = 1; ; attempt++)
        {
            if (TryStart() is { } process)
            {
                _process = process;
                return;
            }
            if (attempt == 1000) throw NotUp(); // a connection of another test may have the port for a moment
        }
    }

    public void Dispose()
    {
        Stop();
        _process.Dispose();
    }

    /// <summary>A port that nobody uses now.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private InvalidOperationException NotUp() => new($"git daemon did not come up on port {Port}.");

    /// <summary>Null when it ended at once, as it does where somebody else has the port.</summary>
    private Process? TryStart()
    {
        var start = new ProcessStartInfo("git", ["daemon", "--reuseaddr", "--listen=127.0.0.1", $"--port={Port}", $"--base-path={_root}", "--export-all", _root])
        {
            UseShellExecute = false,
        };
        var process = Process.Start(start)!;
        for (var attempt = 0; attempt < 3000 && !process.HasExited; attempt++)
        {
            try
            {
                using var client = new TcpClient("127.0.0.1", Port);
                if (!process.WaitForExit(TimeSpan.FromMilliseconds(20))) return process; // or it was another that answered
            }
            catch (SocketException)
            {
                process.WaitForExit(TimeSpan.FromMilliseconds(20));
            }
        }
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.Dispose();
        return null;
    }
}
