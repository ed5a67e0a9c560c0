using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>Makes the bare repository of a new folder. Each step can be done again, so a crash in between is mended by the next start.</summary>
internal static class RepositorySetup
{
    // Every write of git itself is made durable too; its automatic gc would repack in the middle of a publish; history only grows.
    private const string Config = """
        [core]
        	repositoryformatversion = 0
        	filemode = true
        	bare = true
        	fsync = all
        	logAllRefUpdates = false
        [gc]
        	auto = 0
        	pruneExpire = never
        [maintenance]
        	auto = false
        [receive]
        	denyNonFastForwards = true
        	denyDeletes = true

        """;

    /// <exception cref="FastDataException">The folder holds something else, which is left as it is.</exception>
    public static void Ensure(FolderLayout layout, IDisk disk)
    {
        var git = layout.Repository;
        var head = Path.Combine(git, "HEAD");
        if (File.Exists(head)) return;
        if (File.Exists(git)) throw new FastDataException($"{git}: a file; a bare repository was expected. Is this a work tree of something else?");
        if (File.Exists(layout.Current)) throw new FastDataException($"{git}: the repository is gone, and the folder has a live generation. Restore it from a copy or a mirror; the live models stay as they are.");
        foreach (var directory in new[] { "objects/info", "objects/pack", "refs/heads", "refs/tags", "info" }) disk.CreateDirectory(Path.Combine(git, directory));
        Write(disk, Path.Combine(git, "config"), Config);
        Write(disk, Path.Combine(git, "description"), "Models delivered by Delivery; one commit is one generation.\n");
        // HEAD comes last: with it the directory is a repository.
        Write(disk, head, $"ref: {MainRef.Name}\n");
        disk.SyncDirectory(git);
        disk.SyncDirectory(layout.Root);
    }

    private static void Write(IDisk disk, string path, string content)
    {
        var temporary = path + ".tmp";
        disk.Delete(temporary);
        disk.Create(temporary, Encoding.ASCII.GetBytes(content.ReplaceLineEndings("\n")), @sealed: false);
        disk.Rename(temporary, path, replace: true);
    }
}
