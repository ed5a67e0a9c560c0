namespace Delivery.ApplyRuntime.Reload;

/// <summary>What woke the loader thread.</summary>
/// <param name="Announced">A file event came in since the last time.</param>
/// <param name="Asked">Those who wait for a look at the folder.</param>
/// <param name="Stop">The runtime is being closed.</param>
internal readonly record struct Mail(bool Announced, IReadOnlyList<TaskCompletionSource<RuntimeStatus>> Asked, bool Stop)
{
    public bool IsEmpty => !Announced && Asked.Count == 0 && !Stop;
}

/// <summary>The one way by which other threads reach the loader thread. Any thread may post; only the loader thread waits.</summary>
/// <param name="owner">Named by the exception that late callers get.</param>
internal sealed class Inbox(string owner)
{
    private readonly object _gate = new(); // a monitor: the loader waits on it
    private List<TaskCompletionSource<RuntimeStatus>> _asked = [];
    private bool _announced;
    private bool _stop;
    private bool _closed;

    /// <summary>The folder may have changed.</summary>
    public void Announce()
    {
        lock (_gate)
        {
            _announced = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Asks for a look at the folder; the task ends with what is in use after it.</summary>
    /// <exception cref="ObjectDisposedException">The runtime is closed.</exception>
    public Task<RuntimeStatus> AskAsync()
    {
        var answer = new TaskCompletionSource<RuntimeStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(ModelRuntime));
            _asked.Add(answer);
            Monitor.Pulse(_gate);
        }
        return answer.Task;
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stop = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits until something is posted, and takes it; an empty mail after <paramref name="atMost"/>.</summary>
    public Mail Wait(TimeSpan atMost)
    {
        lock (_gate)
        {
            if (!_announced && !_stop && _asked.Count == 0) Monitor.Wait(_gate, atMost);
            IReadOnlyList<TaskCompletionSource<RuntimeStatus>> taken = [];
            if (_asked.Count > 0) (taken, _asked) = (_asked, []); // what is taken must not be the list that the next to ask joins
            var mail = new Mail(_announced, taken, _stop);
            _announced = false;
            return mail;
        }
    }

    /// <summary>Waits that long, whatever is posted.</summary>
    public void Pause(TimeSpan time)
    {
        lock (_gate) Monitor.Wait(_gate, time);
    }

    /// <summary>Takes nothing more, and ends whoever still waits, <paramref name="taken"/> included, with an <see cref="ObjectDisposedException"/>.</summary>
    public void Close(IReadOnlyList<TaskCompletionSource<RuntimeStatus>> taken)
    {
        lock (_gate)
        {
            _closed = true;
            foreach (var answer in taken.Concat(_asked)) answer.TrySetException(new ObjectDisposedException(owner));
            _asked = [];
        }
    }
}
