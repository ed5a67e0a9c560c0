using System.Diagnostics;
using Delivery.FastData.Acknowledging;
using Delivery.FastData.Storage;

namespace Delivery.ApplyRuntime.Observing;

/// <summary>Keeps the acknowledgement file of one runtime, on a thread of its own: a directory that hangs holds up neither requests nor reloads.</summary>
internal sealed class Acknowledger : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeepLeftovers = TimeSpan.FromDays(1);
    private static int _runtimes;

    private readonly object _gate = new(); // a monitor: the thread waits on it
    private readonly string _directory;
    private readonly string _name;
    private readonly TimeSpan _heartbeat;
    private readonly TimeProvider _time;
    private readonly LocalDisk _disk = new();
    private readonly AcknowledgementText _text;
    private readonly Thread _thread;
    private RuntimeStatus? _posted;
    private bool _due;
    private bool _stop;
    private AcknowledgementStatus _status;

    public Acknowledger(string directory, string folder, TimeSpan heartbeat, TimeProvider time)
    {
        (_directory, _heartbeat, _time) = (Path.GetFullPath(directory), heartbeat, time);
        using var process = Process.GetCurrentProcess();
        _text = new AcknowledgementText(Environment.MachineName, process.StartTime, Interlocked.Increment(ref _runtimes), folder, heartbeat);
        _name = AcknowledgementFolder.FileName(_text.Host, ProcessIdentity.Current, _text.Runtime);
        _status = new AcknowledgementStatus(Path.Combine(_directory, _name), null, null);
        _thread = new Thread(Run) { IsBackground = true, Name = "Delivery acknowledgement", Priority = ThreadPriority.BelowNormal };
        _thread.Start();
    }

    public AcknowledgementStatus Status => Volatile.Read(ref _status);

    /// <summary>Tells what is in use. Never waits for the disk; what says nothing new is passed over.</summary>
    public void Post(RuntimeStatus status)
    {
        lock (_gate)
        {
            if (_stop || (_posted is { } last && IsSame(last, status))) return;
            _text.Note(status);
            (_posted, _due) = (status, true);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes the file away. Waits no longer than ten seconds for a disk that hangs; the file then stays, as that of a dead process does.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stop = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join(CloseWithin);
    }

    private static bool IsSame(RuntimeStatus a, RuntimeStatus b) =>
        a.State == b.State && a.Epoch == b.Epoch && a.Commit == b.Commit && a.AppliedAt == b.AppliedAt && a.Problems.SequenceEqual(b.Problems);

    private void Run()
    {
        Try(RemoveLeftovers);
        while (Next(out var content, out var isNew))
        {
            if (content is not null) Try(() => Write(content, isNew));
        }
        Try(() => _disk.Delete(_status.Path));
    }

    /// <summary>Waits for something to write, or for the next sign of life. False at the end.</summary>
    /// <param name="content">What to write; null while nothing was posted.</param>
    /// <param name="isNew">Whether the file does not say so already.</param>
    private bool Next(out Acknowledgement? content, out bool isNew)
    {
        (content, isNew) = (null, false);
        lock (_gate)
        {
            var failed = _status.Problem is not null;
            if (!_due && !_stop) Monitor.Wait(_gate, failed ? Shorter(_heartbeat, RetryAfter) : _heartbeat);
            if (_stop) return false;
            if (_posted is null) return true;
            isNew = _due || failed;
            _due = false;
            content = _text.Of(_posted, _time.GetUtcNow());
            return true;
        }
    }

    private void Write(Acknowledgement content, bool isNew)
    {
        if (isNew || !File.Exists(_status.Path))
        {
            Directory.CreateDirectory(_directory);
            try
            {
                _disk.WriteDurably(_status.Path, Path.Combine(_directory, AcknowledgementFolder.TemporaryPrefix + _name), content.ToBytes());
            }
            catch (Exception) when (File.Exists(_status.Path))
            {
                GiveSignOfLife(); // a full disk can still do that much: what is there is old, but its process is not gone
                throw;
            }
        }
        Volatile.Write(ref _status, _status with { WrittenAt = GiveSignOfLife(), Problem = null });
    }

    private DateTimeOffset GiveSignOfLife()
    {
        var now = _time.GetUtcNow();
        File.SetLastWriteTimeUtc(_status.Path, now.UtcDateTime); // this host's clock, whatever that of a file server says
        return now;
    }

    // A process that was killed leaves its file, which tells that it is gone; a day later nobody asks any more.
    private void RemoveLeftovers()
    {
        if (!Directory.Exists(_directory)) return;
        var before = _time.GetUtcNow() - KeepLeftovers;
        foreach (var left in AcknowledgementFolder.Read(_directory, _text.Host))
        {
            if (left.SeenAt < before && left.Content?.Process.IsAlive() == false) _disk.Delete(left.Path);
        }
        // So does one that was killed while it wrote; no write takes a day.
        foreach (var half in AcknowledgementFolder.HalfWritten(_directory, _text.Host))
        {
            if (new DateTimeOffset(File.GetLastWriteTimeUtc(half)) < before) _disk.Delete(half);
        }
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) // whatever the directory does, decisions and reloads go on
        {
            Volatile.Write(ref _status, _status with { Problem = $"{_status.Path}: {e.Message}" });
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
