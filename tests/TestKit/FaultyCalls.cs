namespace Delivery.TestKit;

/// <summary>How a system call fails, with the exception that the framework throws for it.</summary>
public enum CallFault
{
    /// <summary>EIO: the disk is broken.</summary>
    InputOutput,

    /// <summary>ENOSPC: it is full.</summary>
    NoSpace,

    /// <summary>EACCES: the file may not be changed.</summary>
    Access,

    /// <summary>A write of half the bytes, after which the disk is full.</summary>
    ShortWrite,
}

/// <summary>The quick calls of a test, the N-th of which fails while all others work.</summary>
/// <param name="at">Number of the call, from 1; 0 for none.</param>
/// <param name="fault">How it fails.</param>
public sealed class FaultyCalls(int at, CallFault fault) : QuickCalls
{
    private int _calls;

    /// <summary>Calls so far.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The call that failed; null when none has.</summary>
    public string? Failed { get; private set; }

    public override FileStream Create(string path, bool @sealed)
    {
        Count("create", path);
        return base.Create(path, @sealed);
    }

    public override void Write(FileStream file, ReadOnlySpan<byte> content)
    {
        if (IsNextFaulty())
        {
            if (fault == CallFault.ShortWrite) base.Write(file, content[..(content.Length / 2)]);
            Fail("write", file.Name);
        }
        base.Write(file, content);
    }

    public override void Sync(FileStream file) => Count("fsync", file.Name);

    public override void Rename(string from, string to, bool replace)
    {
        Count("rename", to);
        base.Rename(from, to, replace);
    }

    public override void Link(string from, string to)
    {
        Count("link", to);
        base.Link(from, to);
    }

    public override void Unlink(string path)
    {
        Count("unlink", path);
        base.Unlink(path);
    }

    public override void MakeDirectory(string path)
    {
        Count("mkdir", path);
        base.MakeDirectory(path);
    }

    public override void SyncDirectory(string path) => Count("fsync of directory", path);

    public override FileStream Lock(string path)
    {
        Count("lock", path);
        return base.Lock(path);
    }

    private void Count(string call, string path)
    {
        if (IsNextFaulty()) Fail(call, path);
    }

    private bool IsNextFaulty() => Interlocked.Increment(ref _calls) == at;

    private void Fail(string call, string path)
    {
        Failed = $"{fault} at call {at}: {call} {path}";
        throw fault switch
        {
            CallFault.InputOutput => new IOException($"Input/output error : '{path}'", 5),
            CallFault.Access => new UnauthorizedAccessException($"Access to the path '{path}' is denied.", new IOException("Permission denied", 13)),
            _ => new IOException($"No space left on device : '{path}'", 28),
        };
    }
}
