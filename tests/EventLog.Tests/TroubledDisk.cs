using Delivery.EventLog.Writing;

namespace Delivery.EventLog.Tests;

/// <summary>The real disk, which hangs or fails when a test says so.</summary>
internal sealed class TroubledDisk : ISegmentDisk
{
    private readonly LocalSegmentDisk _disk = new();
    private readonly object _gate = new();
    private bool _hangs;

    /// <summary>Asked before each write; how many bytes of it get through before it fails, null for all.</summary>
    public Func<int, int?> Room { get; set; } = _ => null;

    public bool CreateFails { get; set; }

    public bool CutFails { get; set; }

    public int Writes { get; private set; }

    public int Syncs { get; private set; }

    public void Hang() => Set(hangs: true);

    public void GoOn() => Set(hangs: false);

    public ISegmentFile Create(string path)
    {
        Wait();
        if (CreateFails) throw new IOException("No file can be made.");
        return new TroubledFile(this, _disk.Create(path));
    }

    public bool Exists(string path) => _disk.Exists(path);
    public void Rename(string from, string to) => _disk.Rename(from, to);
    public void Delete(string path) => _disk.Delete(path);
    public void SyncDirectory(string path) => _disk.SyncDirectory(path);
    public bool IsHeld(string path) => _disk.IsHeld(path);

    private void Set(bool hangs)
    {
        lock (_gate)
        {
            _hangs = hangs;
            Monitor.PulseAll(_gate);
        }
    }

    private void Wait()
    {
        lock (_gate)
        {
            while (_hangs) Monitor.Wait(_gate);
        }
    }

    private sealed class TroubledFile(TroubledDisk disk, ISegmentFile file) : ISegmentFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.Wait();
            disk.Writes++;
            if (disk.Room(bytes.Length) is not { } room)
            {
                file.Write(bytes, offset);
                return;
            }
            file.Write(bytes[..Math.Min(room, bytes.Length)], offset);
            throw new IOException("No space left on device.");
        }

        public void Sync()
        {
            file.Sync();
            disk.Syncs++;
        }

        public void Cut(long length)
        {
            if (disk.CutFails) throw new IOException("Not even that.");
            file.Cut(length);
        }

        public void Dispose() => file.Dispose();
    }
}
