using Delivery.FastData.Storage;

namespace Delivery.TestKit;

/// <summary>What happens at the chosen operation.</summary>
public enum Fault
{
    /// <summary>The process dies before it.</summary>
    CrashBefore,

    /// <summary>The process dies in it: a created file has half its content, anything else has not happened.</summary>
    CrashWithin,

    /// <summary>The process dies after it.</summary>
    CrashAfter,

    /// <summary>It fails, as on a full disk, and all others work.</summary>
    Fail,
}

/// <summary>A process that died at an operation.</summary>
public sealed class SimulatedCrashException : Exception
{
    public SimulatedCrashException() { }
    public SimulatedCrashException(string message) : base(message) { }
    public SimulatedCrashException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>The real file system with one fault at the N-th operation that changes something; after a crash nothing works any more.</summary>
/// <param name="at">Number of the operation, from 1; 0 for no fault.</param>
/// <param name="fault">What happens there.</param>
public sealed class FaultyDisk(int at, Fault fault) : IDisk
{
    private const int NoSpaceLeft = 28;
    private readonly LocalDisk _disk = new();
    private int _operations;
    private volatile bool _dead;

    /// <summary>Operations so far.</summary>
    public int Operations => Volatile.Read(ref _operations);

    /// <summary>Whether the fault has happened.</summary>
    public bool Happened { get; private set; }

    public void Create(string path, ReadOnlySpan<byte> content, bool @sealed)
    {
        if (IsFaulty(out var number) && fault == Fault.CrashWithin) _disk.Create(path, content[..(content.Length / 2)], @sealed);
        Before(number, $"create {path}");
        _disk.Create(path, content, @sealed);
        After(number);
    }

    public void Rename(string from, string to, bool replace) => Do($"rename {from}", () => _disk.Rename(from, to, replace));
    public void Delete(string path) => Do($"delete {path}", () => _disk.Delete(path));
    public void CreateDirectory(string path) => Do($"mkdir {path}", () => _disk.CreateDirectory(path));
    public void SyncDirectory(string path) => Do($"sync {path}", () => _disk.SyncDirectory(path));
    public IDisposable? TryLock(string path) => _disk.TryLock(path);

    private void Do(string what, Action operation)
    {
        IsFaulty(out var number);
        Before(number, what);
        operation();
        After(number);
    }

    private bool IsFaulty(out int number)
    {
        number = Interlocked.Increment(ref _operations);
        return number == at;
    }

    private void Before(int number, string what)
    {
        if (_dead) throw new SimulatedCrashException("dead already");
        if (number != at || fault == Fault.CrashAfter) return;
        Happened = true;
        if (fault == Fault.Fail) throw new IOException($"No space left on device: {what}", NoSpaceLeft);
        _dead = true;
        throw new SimulatedCrashException($"died at operation {number}: {what}");
    }

    private void After(int number)
    {
        if (number != at || fault != Fault.CrashAfter) return;
        (Happened, _dead) = (true, true);
        throw new SimulatedCrashException($"died after operation {number}");
    }
}
