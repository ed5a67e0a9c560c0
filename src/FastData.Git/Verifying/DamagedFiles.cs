using System.Globalization;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Verifying;

/// <summary>Where a repair puts damaged files: nothing is thrown away that somebody may still read something out of. Made when the first one comes.</summary>
internal sealed class DamagedFiles(FolderLayout layout, IDisk disk, TimeProvider time)
{
    /// <summary>How its folder in the repository begins.</summary>
    public const string Prefix = "quarantine-";

    private int _files;

    /// <summary>The folder; null when nothing was moved.</summary>
    public string? Folder { get; private set; }

    /// <summary>Moves a file out of the way. Its replacement, if there is to be one, is durable by now.</summary>
    public void Take(string path)
    {
        if (!File.Exists(path)) return;
        Folder ??= MakeFolder();
        disk.Rename(path, Path.Combine(Folder, $"{++_files}-{Path.GetFileName(path)}"), replace: false);
        disk.SyncDirectory(Folder);
        disk.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    private string MakeFolder()
    {
        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (var i = 1; ; i++)
        {
            var folder = Path.Combine(layout.Repository, $"{Prefix}{stamp}-{i}");
            if (Directory.Exists(folder)) continue;
            disk.CreateDirectory(folder);
            disk.SyncDirectory(layout.Repository);
            return folder;
        }
    }
}
