using Delivery.FastData.Storage;

namespace Delivery.TestKit;

/// <summary>The real file system, with something else going on after every operation.</summary>
/// <param name="after">What goes on.</param>
public sealed class WatchedDisk(Action after) : IDisk
{
    private readonly LocalDisk _disk = new();
    private readonly Lock _oneAtATime = new();

    /// <summary>Operations so far.</summary>
    public int Calls { get; private set; }

    public void Create(string path, ReadOnlySpan<byte> content, bool @sealed)
    {
        _disk.Create(path, content, @sealed);
        Call();
    }

    public void Rename(string from, string to, bool replace) => Call(() => _disk.Rename(from, to, replace));
    public void Delete(string path) => Call(() => _disk.Delete(path));
    public void CreateDirectory(string path) => Call(() => _disk.CreateDirectory(path));
    public void SyncDirectory(string path) => Call(() => _disk.SyncDirectory(path));
    public IDisposable? TryLock(string path) => _disk.TryLock(path);

    private void Call(Action? operation = null)
    {
        operation?.Invoke();
        lock (_oneAtATime)
        {
            Calls++;
            after();
        }
    }
}
