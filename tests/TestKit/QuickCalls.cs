using Delivery.FastData.Storage;

namespace Delivery.TestKit;

/// <summary>The calls of this machine without waiting for the disk: what is not asked to survive a real power cut needs no fsync.</summary>
public class QuickCalls : ISystemCalls
{
    private readonly SystemCalls _real = new();

    public virtual bool WindowsRules => false;

    public virtual FileStream Create(string path, bool @sealed) => _real.Create(path, @sealed);
    public virtual void Write(FileStream file, ReadOnlySpan<byte> content) => _real.Write(file, content);

    public virtual void Sync(FileStream file)
    {
    }

    public virtual void Rename(string from, string to, bool replace) => _real.Rename(from, to, replace);
    public virtual void Link(string from, string to) => _real.Link(from, to);
    public virtual void Unlink(string path) => _real.Unlink(path);
    public virtual void MakeDirectory(string path) => _real.MakeDirectory(path);

    public virtual void SyncDirectory(string path)
    {
    }

    public virtual void SetReadOnly(string path, bool readOnly) => _real.SetReadOnly(path, readOnly);
    public virtual FileStream Lock(string path) => _real.Lock(path);
}
