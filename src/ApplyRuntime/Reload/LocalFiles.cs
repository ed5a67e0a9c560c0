using System.Diagnostics;
using System.Text.RegularExpressions;
using Delivery.FastData;
using Delivery.FastData.Mapping;
using Delivery.FastData.Storage;

namespace Delivery.ApplyRuntime.Reload;

/// <summary>Local files that are mapped in place of those of a network disk. Loader thread only.</summary>
/// <remarks>
/// Each process has a folder of its own with a lock file that the system frees at its death: a folder whose lock can be taken belongs
/// to nobody and is deleted by the next process. A file is deleted as soon as it is mapped, which leaves the mapping as it is; where
/// the system refuses that (Windows), it is tried again until the mapping has gone.
/// </remarks>
internal sealed class LocalFiles : IDisposable
{
    private const string Prefix = "delivery-models-";
    private const string LockName = "lock";
    private const UnixFileMode OnlyOurs = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly Regex CopyName = new(@"^[0-9]+-.+\.pb$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    private readonly string _folder;
    private readonly FileStream _lock;
    private readonly List<string> _done = [];
    private long _count;

    /// <param name="parent">Where the folder is made; null for the system's temporary directory.</param>
    /// <exception cref="IOException">It cannot be made there, or lies on a network disk itself.</exception>
    public LocalFiles(string? parent)
    {
        parent ??= Path.GetTempPath();
        if (NetworkDisk.Holds(parent)) throw new IOException($"{parent}: local copies of models belong on a local disk, and this is a network disk. Set {nameof(RuntimeOptions.LocalCopyFolder)}, or {nameof(RuntimeOptions.Memory)} to {nameof(ModelMemoryMode.Copy)}.");
        DeleteLeftovers(parent);
        _folder = Path.Combine(parent, $"{Prefix}{Environment.ProcessId}-{Path.GetRandomFileName()}");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_folder);
        else Directory.CreateDirectory(_folder, OnlyOurs);
        _lock = new FileStream(Path.Combine(_folder, LockName), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
    }

    /// <summary>Whether nobody has taken the folder away.</summary>
    public bool IsThere => File.Exists(_lock.Name);

    /// <summary>Copies a file and maps the copy. Its bytes are checked by whoever reads them from the mapping.</summary>
    /// <param name="source">A sealed live file.</param>
    /// <param name="length">What its manifest says.</param>
    /// <exception cref="FastDataException">It has another length.</exception>
    /// <exception cref="IOException">It cannot be read, or there is no room for the copy.</exception>
    public ModelMemory Map(string source, long length)
    {
        var copy = Path.Combine(_folder, $"{_count++}-{Path.GetFileName(source)}");
        try
        {
            Copy(source, length, copy);
            return ModelMemory.Map(copy, length);
        }
        finally
        {
            _done.Add(copy);
            Clean();
        }
    }

    /// <summary>Deletes the copies that the system lets go.</summary>
    public void Clean() => _done.RemoveAll(TryDelete);

    public void Dispose()
    {
        Clean();
        _lock.Dispose();
        TryDeleteFolder(_folder);
    }

    private static void Copy(string source, long length, string copy)
    {
        using var from = ForeignFile.Open(source, FileShare.Read | FileShare.Delete);
        if (from?.Length != length) throw new FastDataException($"{source}: the file has {from?.Length ?? 0} bytes; its manifest says {length}.");
        using var to = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        from.CopyTo(to, 1 << 20);
    }

    private static void DeleteLeftovers(string parent)
    {
        if (!Directory.Exists(parent)) return;
        foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            if (IsLeftover(folder)) TryDeleteFolder(folder);
        }
    }

    private static bool IsLeftover(string folder)
    {
        try
        {
            if (new DirectoryInfo(folder).LinkTarget is not null) return false; // anybody may put one into a temporary directory
            var lockFile = Path.Combine(folder, LockName);
            using var taken = new FileStream(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // its process lives, or is just making it, or belongs to somebody else
        }
    }

    private static bool TryDelete(string file)
    {
        try
        {
            File.Delete(file);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // By the names that a process gives, and not below: a temporary directory is shared, and a folder that somebody else prepared, and
    // changes meanwhile, must not lead to other files of this user.
    private static void TryDeleteFolder(string folder)
    {
        try
        {
            foreach (var file in Directory.EnumerateFiles(folder).Where(file => CopyName.IsMatch(Path.GetFileName(file)))) File.Delete(file);
            File.Delete(Path.Combine(folder, LockName));
            Directory.Delete(folder, recursive: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Debug.WriteLine(e.Message); // the next process that starts tries again
        }
    }
}
