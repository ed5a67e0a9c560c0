using System.Diagnostics;

namespace Delivery.EventLog.Writing;

/// <summary>The one background thread of a writer: takes from the queue, writes, and after a failure tries again, later and later.</summary>
internal sealed class Drain
{
    /// <summary>So many failures in a row are the segment's; the next one may do better.</summary>
    private const int FailuresPerSegment = 3;

    private readonly RecordQueue _queue;
    private readonly EventLogOptions _options;
    private readonly SegmentAppender _appender;
    private readonly Tidying _tidying;
    private readonly Thread _thread;
    private readonly object _bell = new(); // held to ring, to wait, and for nothing else
    private readonly object _gate = new();
    private bool _rung, _stopping;
    private long _flushedTo;
    private bool _ended;
    private int _hurried;
    private int _failuresInARow;
    private int _tidied;
    private long _written, _bytes, _failures;
    private string? _lastError;

    public Drain(string directory, EventLogOptions options, TimeProvider time, ISegmentDisk disk, RecordQueue queue)
    {
        (_queue, _options) = (queue, options);
        _appender = new SegmentAppender(directory, options, time, disk, Note);
        _tidying = new Tidying(directory, options, time, disk);
        _thread = new Thread(Run) { IsBackground = true, Name = "Delivery.EventLog" };
        _thread.Start();
    }

    public long Written => Volatile.Read(ref _written);
    public long Bytes => Volatile.Read(ref _bytes);
    public long Failures => Volatile.Read(ref _failures);
    public string? LastError => Volatile.Read(ref _lastError);
    public long Adopted => _tidying.Adopted;
    public long Deleted => _tidying.Deleted;
    public long DeletedUnread => _tidying.DeletedUnread;

    /// <summary>Whether nothing will be written any more.</summary>
    public bool HasEnded => Volatile.Read(ref _ended);

    /// <summary>For producers, when the queue fills up before its time. Waits for nothing: if the bell is in use, the thread is about to look anyway.</summary>
    public void Hurry()
    {
        if (Volatile.Read(ref _hurried) != 0 || Interlocked.Exchange(ref _hurried, 1) != 0 || !Monitor.TryEnter(_bell)) return;
        try
        {
            _rung = true;
            Monitor.PulseAll(_bell);
        }
        finally
        {
            Monitor.Exit(_bell);
        }
    }

    /// <summary>Waits until all that is in the queue is flushed; false when it is not within the time.</summary>
    public bool Flush(TimeSpan timeout)
    {
        var (target, started) = (_queue.Tail, Stopwatch.GetTimestamp());
        Ring();
        lock (_gate)
        {
            while (_flushedTo < target && !_ended)
            {
                var left = timeout - Stopwatch.GetElapsedTime(started);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left)) break;
            }
            return _flushedTo >= target;
        }
    }

    /// <summary>Writes what is there, finishes the segment and ends; gives up waiting after <see cref="EventLogOptions.CloseTimeout"/>.</summary>
    public void End()
    {
        lock (_bell) _stopping = true;
        Ring();
        _thread.Join(_options.CloseTimeout);
    }

    private void Run()
    {
        while (true)
        {
            var stopping = IsStopping();
            var well = TryPass();
            if (stopping && (!well || _queue.Head == _queue.Tail)) break;
            if (well) WaitForBell();
            else WaitForRetry();
        }
        if (_failuresInARow == 0) _appender.Seal();
        else _appender.GiveUp();
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    private bool TryPass()
    {
        try
        {
            Pass();
            _failuresInARow = 0;
            return true;
        }
        catch (Exception e) // whatever it is: an exception on a thread of our own would end the process of others
        {
            Note(e);
            if (++_failuresInARow == FailuresPerSegment) _appender.Abandon();
            return false;
        }
    }

    private void Pass()
    {
        Volatile.Write(ref _hurried, 0);
        _appender.SealIfOld();
        var target = _queue.Tail; // no further, so that waiters hear of it while others keep adding
        var wrote = false;
        while (_queue.Head < target && _appender.WriteSome(_queue) is { Records: > 0 } batch)
        {
            wrote = true;
            Volatile.Write(ref _written, _written + batch.Records);
            Volatile.Write(ref _bytes, _bytes + batch.Bytes);
        }
        if (wrote && _options.SyncToDisk) _appender.Sync();
        lock (_gate)
        {
            _flushedTo = _queue.Head;
            Monitor.PulseAll(_gate);
        }
        if (_appender.Segments == _tidied) return;
        _tidied = _appender.Segments;
        Tidy();
    }

    /// <summary>What fails here waits for the next segment: it keeps nothing from being written.</summary>
    private void Tidy()
    {
        try
        {
            _tidying.Run(_appender.Path);
        }
        catch (Exception e)
        {
            Note(e);
        }
    }

    private void Ring()
    {
        lock (_bell)
        {
            _rung = true;
            Monitor.PulseAll(_bell);
        }
    }

    private bool IsStopping()
    {
        lock (_bell) return _stopping;
    }

    private void WaitForBell()
    {
        lock (_bell)
        {
            if (!_rung) Monitor.Wait(_bell, _options.FlushInterval);
            _rung = false;
        }
    }

    /// <summary>A full queue rings all the time; a disk in trouble is left in peace until its time has come, or all is to end.</summary>
    private void WaitForRetry()
    {
        var delay = _options.FlushInterval * Math.Pow(2, Math.Min(_failuresInARow - 1, 20));
        if (delay > _options.LongestRetryDelay) delay = _options.LongestRetryDelay;
        var started = Stopwatch.GetTimestamp();
        lock (_bell)
        {
            while (!_stopping && delay - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } left) Monitor.Wait(_bell, left);
        }
    }

    private void Note(Exception e)
    {
        Volatile.Write(ref _lastError, $"{e.GetType().Name}: {e.Message}");
        Volatile.Write(ref _failures, _failures + 1);
    }
}
