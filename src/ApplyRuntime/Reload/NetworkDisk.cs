namespace Delivery.ApplyRuntime.Reload;

/// <summary>Tells network file systems, whose files must not be mapped: a lost connection would be a fault in the middle of a read.</summary>
internal static class NetworkDisk
{
    /// <summary>Names that the framework does not count among network disks, or knows by another spelling only.</summary>
    private static readonly string[] AlsoRemote = ["9p", "v9fs", "smb3", "glusterfs", "beegfs", "orangefs", "pvfs2", "davfs", "moosefs", "virtiofs"];

    /// <summary>
    /// Whether a folder lies on one, as the system tells: NFS, SMB, 9p, Ceph, Lustre, GFS2, anything through FUSE and their like on Linux;
    /// a network drive or a UNC path on Windows. A folder that is not there yet is judged by the nearest one above it.
    /// </summary>
    public static bool Holds(string folder)
    {
        var path = Path.GetFullPath(folder);
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } above) path = above;
        try
        {
            if (OperatingSystem.IsWindows() && path.StartsWith(@"\\", StringComparison.Ordinal)) return true;
            var drive = new DriveInfo(path);
            return IsRemote(drive.DriveFormat, drive.DriveType);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return false; // what the system cannot tell is treated as most folders are
        }
    }

    /// <summary>The same by the name of a file system (<c>fuse.sshfs</c> and the like, depending on how the framework asks) and what the framework thinks of it.</summary>
    public static bool IsRemote(string format, DriveType type) =>
        type == DriveType.Network || format.StartsWith("fuse", StringComparison.Ordinal) || AlsoRemote.Contains(format);
}
