using System.Globalization;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Acknowledging;

/// <summary>A file of a directory of acknowledgements.</summary>
/// <param name="Path">The file.</param>
/// <param name="Content">What it says; null when it cannot be read.</param>
/// <param name="Problem">Why it cannot be read; null when it can.</param>
/// <param name="SeenAt">Its last sign of life, by the clock of its host.</param>
public sealed record AcknowledgementFile(string Path, Acknowledgement? Content, string? Problem, DateTimeOffset SeenAt)
{
    /// <summary>Signs of life that may be missing before a process that cannot be looked up counts as gone.</summary>
    public const int MissedHeartbeats = 3;

    /// <summary>Whether the process that wrote it is there no more: looked up where its number means anything, else told by its silence.</summary>
    /// <param name="now">The time here.</param>
    public bool IsGone(DateTimeOffset now) => Content is { } content
        && (content.Process.IsAlive() is { } alive ? !alive : (now - SeenAt).TotalSeconds > MissedHeartbeats * content.HeartbeatSeconds);
}

/// <summary>Where search processes say what they have in use, one file a runtime. It is never inside a fast-data folder, into which readers do not write.</summary>
public static class AcknowledgementFolder
{
    public const string Suffix = ".json";
    public const string TemporaryPrefix = ".tmp-";
    private const int LongestHost = 64;

    /// <summary>The file name of a runtime: host, process, start and runtime, without what a file system could choke on.</summary>
    public static string FileName(string host, ProcessIdentity process, int runtime) =>
        string.Create(CultureInfo.InvariantCulture, $"{Safe(host)}-{process.Id}-{process.Start}-{runtime}{Suffix}");

    /// <summary>Why a directory cannot hold acknowledgements of that folder; null when it can.</summary>
    public static string? Problem(string directory, string fastDataFolder)
    {
        if (string.IsNullOrWhiteSpace(directory)) return "empty; it must be a directory or nothing.";
        var (inner, outer) = (Real(directory) + Path.DirectorySeparatorChar, Real(fastDataFolder) + Path.DirectorySeparatorChar);
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return inner.StartsWith(outer, comparison) ? $"{directory}; it must not stand in the fast-data folder, into which readers never write." : null;
    }

    /// <summary>Every acknowledgement there, by name; none when there is no such directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="host">Only those of this host; null takes all.</param>
    /// <exception cref="IOException">The directory cannot be listed.</exception>
    public static IReadOnlyList<AcknowledgementFile> Read(string directory, string? host = null)
    {
        if (!Directory.Exists(directory)) return [];
        var paths = Directory.EnumerateFiles(directory, (host is null ? "*" : Safe(host) + "-*") + Suffix).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal);
        return [.. paths.Select(ReadFile).OfType<AcknowledgementFile>()];
    }

    /// <summary>What writers of a host have not written to the end, or not yet; none when there is no such directory.</summary>
    /// <exception cref="IOException">The directory cannot be listed.</exception>
    public static IReadOnlyList<string> HalfWritten(string directory, string host) =>
        Directory.Exists(directory) ? Directory.GetFiles(directory, $"{TemporaryPrefix}{Safe(host)}-*{Suffix}") : [];

    private static string Safe(string host) => string.Concat(host.Take(LongestHost).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' ? c : '_'));

    private static AcknowledgementFile? ReadFile(string path)
    {
        var seen = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        try
        {
            using var file = ForeignFile.Open(path, FileShare.ReadWrite | FileShare.Delete);
            if (file is null) return new AcknowledgementFile(path, null, $"{path}: it is empty.", seen);
            if (file.Length > Acknowledgement.MaxBytes) return new AcknowledgementFile(path, null, $"{path}: it has {file.Length} bytes; at most {Acknowledgement.MaxBytes} are read.", seen);
            var content = new byte[(int)file.Length];
            file.ReadExactly(content);
            return new AcknowledgementFile(path, Acknowledgement.Parse(content, path), null, seen);
        }
        catch (FileNotFoundException)
        {
            return null; // its process has just closed
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FastDataException)
        {
            return new AcknowledgementFile(path, null, e is FastDataException ? e.Message : $"{path}: {e.Message}", seen);
        }
    }

    // A link could lead into the folder by another name. What is not there yet is taken as it is written.
    private static string Real(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (TargetOf(full) is { } target) full = target;
        return Path.GetDirectoryName(full) is { } parent ? Path.Combine(Real(parent), Path.GetFileName(full)) : full;
    }

    private static string? TargetOf(string path)
    {
        try
        {
            return new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
