using System.Diagnostics;

namespace Delivery.EndToEnd.Tests;

/// <summary>A test that mounts file systems and changes owners, which takes root; elsewhere it is skipped.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute() => Skip = Mount.Obstacle;
}

/// <summary>A small file system of its own on a directory, unmounted when disposed.</summary>
internal sealed class Mount : IDisposable
{
    private readonly string _directory;

    private Mount(string directory) => _directory = directory;

    /// <summary>Why this machine cannot mount; null when it can.</summary>
    public static string? Obstacle { get; } = FindObstacle();

    public static Mount Tmpfs(string directory, string size)
    {
        Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", directory);
        return new Mount(directory);
    }

    public void Remount(string mode) => Run("mount", "-o", $"remount,{mode}", _directory);

    /// <summary>Writes a file that leaves only so many bytes free.</summary>
    public void Fill(string path, long leave)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        while (new DriveInfo(_directory).AvailableFreeSpace > leave) file.Write(page);
    }

    public void Dispose() => Run("umount", "-l", _directory);

    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {errors}");
    }

    private static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return "It mounts a file system and changes owners, which takes root on Linux.";
        var directory = Directory.CreateTempSubdirectory("delivery-mount-").FullName;
        try
        {
            using (Tmpfs(directory, "1m")) return null;
        }
        catch (InvalidOperationException e)
        {
            return $"It mounts a file system, which this machine does not allow: {e.Message}";
        }
        finally
        {
            Directory.Delete(directory);
        }
    }
}
