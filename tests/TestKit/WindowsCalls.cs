using System.Collections.Concurrent;

namespace Delivery.TestKit;

/// <summary>The quick calls under the rules of Windows: what is mapped, held or read-only is neither deleted nor replaced.</summary>
public sealed class WindowsCalls : QuickCalls
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private readonly ConcurrentDictionary<string, bool> _mapped = new();
    private readonly ConcurrentDictionary<string, int> _held = new();

    public override bool WindowsRules => true;

    /// <summary>Times a call was refused.</summary>
    public int Refusals { get; private set; }

    /// <summary>A reader maps the file.</summary>
    public void Map(string path) => _mapped[path] = true;

    /// <summary>No reader maps any file any more.</summary>
    public void UnmapAll() => _mapped.Clear();

    /// <summary>Somebody has the file open without delete sharing for the next attempts on it.</summary>
    public void Hold(string path, int attempts) => _held[path] = attempts;

    // Windows has no modes: the mark is set when the file is written.
    public override FileStream Create(string path, bool @sealed) => base.Create(path, @sealed: false);

    public override void Rename(string from, string to, bool replace)
    {
        RequireFree(to);
        base.Rename(from, to, replace);
    }

    public override void Unlink(string path)
    {
        RequireFree(path);
        base.Unlink(path);
    }

    public override void Link(string from, string to) => throw new NotSupportedException("Windows has no link.");
    public override void SyncDirectory(string path) => throw new NotSupportedException("Windows opens no directory.");

    private void RequireFree(string path)
    {
        if (!File.Exists(path)) return;
        if (_mapped.ContainsKey(path) || File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly))
        {
            Refusals++;
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
        }
        if (_held.GetValueOrDefault(path) is > 0 and var left)
        {
            _held[path] = left - 1;
            Refusals++;
            throw new IOException($"The process cannot access the file '{path}' because it is being used by another process.", SharingViolation);
        }
    }
}
