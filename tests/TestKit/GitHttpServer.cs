using System.Diagnostics;
using System.Net;
using System.Text;

namespace Delivery.TestKit;

/// <summary>How a server answers a request for objects.</summary>
public enum HttpFault
{
    /// <summary>As it should.</summary>
    None,

    /// <summary>Begins to answer and then sends nothing more.</summary>
    Hang,

    /// <summary>Sends half of the answer and closes the connection.</summary>
    Truncate,

    /// <summary>Sends random bytes.</summary>
    Garbage,

    /// <summary>Changes one byte in the middle of the objects.</summary>
    Flip,

    /// <summary>Sends a few bytes at a time.</summary>
    Slow,

    /// <summary>Sends all but the end a few bytes at a time, and then nothing more.</summary>
    HangAtEnd,

    /// <summary>Says 503.</summary>
    Unavailable,
}

/// <summary>git's own <c>http-backend</c> behind a small HTTP server, which can be told to answer badly. Disposing ends it.</summary>
public sealed class GitHttpServer : IDisposable
{
    private const int Seed = 20260101;
    private readonly HttpListener _listener;
    private readonly CancellationTokenSource _stop = new(); // answers that hang end with it, so it is not disposed
    private readonly string _root;
    private readonly int _port;
    private int _fetches;

    /// <param name="root">The folder of repositories.</param>
    public GitHttpServer(string root)
    {
        _root = root;
        (_listener, _port) = Listen();
        _ = Task.Run(AcceptAsync);
    }

    /// <summary>What goes wrong with requests for objects from now on.</summary>
    public HttpFault Fault { get; set; }

    /// <summary>How many requests for objects there were.</summary>
    public int Fetches => Volatile.Read(ref _fetches);

    /// <summary>The value of the last <c>Authorization</c> header.</summary>
    public string? Authorization { get; private set; }

    /// <summary>The URL of a repository below the root.</summary>
    /// <param name="name">Of the repository.</param>
    /// <param name="user">User and password, as in <c>me:secret</c>; null for none.</param>
    public string UrlOf(string name, string? user = null) => $"http://{(user is null ? "" : user + "@")}127.0.0.1:{_port}/{name}";

    public void Dispose()
    {
        if (_stop.IsCancellationRequested) return;
        _stop.Cancel();
        _listener.Close();
    }

    /// <summary>This kind of listener cannot be given any port that is free, and one that was free may be taken a moment later.</summary>
    private static (HttpListener Listener, int Port) Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = GitDaemon.FreePort();
            var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close();
            }
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            _ = Task.Run(() => AnswerAsync(context, _stop.Token));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context, CancellationToken stop)
    {
        try
        {
            Authorization = context.Request.Headers["Authorization"];
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body, stop);
            var isFetch = Encoding.ASCII.GetString(body.GetBuffer(), 0, (int)body.Length).Contains("command=fetch", StringComparison.Ordinal);
            if (isFetch) Interlocked.Increment(ref _fetches);
            var (type, content) = await RunBackendAsync(context.Request, body.ToArray(), stop);
            context.Response.ContentType = type;
            await SendAsync(context.Response, content, isFetch ? Fault : HttpFault.None, stop);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpListenerException or IOException or ObjectDisposedException)
        {
            context.Response.Abort(); // the client went away, or we do
        }
    }

    private static async Task SendAsync(HttpListenerResponse response, byte[] content, HttpFault fault, CancellationToken stop)
    {
        switch (fault)
        {
            case HttpFault.Hang:
                await response.OutputStream.WriteAsync(content.AsMemory(0, Math.Min(16, content.Length)), stop);
                await response.OutputStream.FlushAsync(stop);
                await Task.Delay(Timeout.Infinite, stop);
                break;
            case HttpFault.Truncate:
                response.SendChunked = true;
                await response.OutputStream.WriteAsync(content.AsMemory(0, content.Length / 2), stop);
                await response.OutputStream.FlushAsync(stop);
                response.Abort();
                return;
            case HttpFault.Garbage:
                new Random(Seed).NextBytes(content);
                break;
            case HttpFault.Flip:
                var pack = Math.Max(0, content.AsSpan().IndexOf("PACK"u8));
                content[(pack + content.Length) / 2] ^= 0x10;
                break;
            case HttpFault.Slow or HttpFault.HangAtEnd:
                var chunks = content.Chunk(1 + (content.Length / 20)).ToList();
                foreach (var chunk in fault == HttpFault.Slow ? chunks : chunks.SkipLast(1))
                {
                    await response.OutputStream.WriteAsync(chunk, stop);
                    await response.OutputStream.FlushAsync(stop);
                    await Task.Delay(50, stop);
                }
                if (fault == HttpFault.HangAtEnd) await Task.Delay(Timeout.Infinite, stop);
                response.Close();
                return;
            case HttpFault.Unavailable:
                response.StatusCode = 503;
                break;
        }
        await response.OutputStream.WriteAsync(content, stop);
        response.Close();
    }

    private async Task<(string Type, byte[] Content)> RunBackendAsync(HttpListenerRequest request, byte[] body, CancellationToken stop)
    {
        var start = new ProcessStartInfo("git", ["http-backend"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["GIT_PROJECT_ROOT"] = _root;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["REQUEST_METHOD"] = request.HttpMethod;
        start.Environment["PATH_INFO"] = request.Url!.AbsolutePath;
        start.Environment["QUERY_STRING"] = request.Url.Query.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = request.ContentType ?? "";
        start.Environment["CONTENT_LENGTH"] = body.Length.ToString();
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers["Content-Encoding"] ?? "";
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"] ?? "";
        using var process = Process.Start(start)!;
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output, stop);
        await process.StandardInput.BaseStream.WriteAsync(body, stop);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync(stop);
        return Split(output.ToArray());
    }

    private static (string Type, byte[] Content) Split(byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0) throw new IOException($"git http-backend answered {answer.Length} bytes without a header.");
        var type = Encoding.ASCII.GetString(answer, 0, end).Split("\r\n").First(line => line.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase));
        return (type[(type.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim(), answer[(end + 4)..]);
    }
}
