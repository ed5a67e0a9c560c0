using System.Text;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Publishing;

/// <summary>
/// Makes the bare repository of a new folder, and what an older one has lost of its frame. Each step can be done again, so a crash in
/// between is mended by the next start.
/// </summary>
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

    private static readonly string[] Folders = ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"];
    private static readonly string[] OurNames = [".git", "models", "manifests", "CURRENT", "LOCK"];

    /// <summary>Whether a folder was ever published to. One that was only begun counts as not.</summary>
    public static bool Exists(FolderLayout layout) => HasHistory(layout) || File.Exists(layout.Current);

    /// <summary>Refuses what is no fast-data folder before anything is written to it.</summary>
    /// <exception cref="FastDataException">The folder holds something else, or has lost its history.</exception>
    public static void Check(FolderLayout layout)
    {
        var git = layout.Repository;
        if (File.Exists(git)) throw new FastDataException($"{git}: a file; a bare repository was expected. Is this a work tree of something else?");
        if (!HasHistory(layout))
        {
            if (File.Exists(layout.Current) && !HasHistory(layout)) throw new FastDataException($"{git}: the repository is gone, and the folder has a live generation. Restore it from a copy or a mirror; the live models stay as they are.");
            var foreign = Directory.Exists(layout.Root) ? Directory.EnumerateFileSystemEntries(layout.Root).Select(Path.GetFileName).FirstOrDefault(name => !IsOurs(name!)) : null;
            if (foreign is not null) throw new FastDataException($"{layout.Root}: it holds '{foreign}', so it is no fast-data folder. Name an empty folder or a new one.");
        }
        else if (!ConfigSaysBare(git) && !(File.Exists(layout.Current) && IsLost(Path.Combine(git, "config"))))
        {
            throw new FastDataException(File.Exists(layout.Current)
                ? $"{Path.Combine(git, "config")}: it does not say 'bare = true'. If it is damaged, remove it: the next update writes it again. The live models stay as they are."
                : $"{git}: a repository with a work tree; a bare one was expected. Is this a checkout of something else?");
        }
    }

    /// <summary>Makes the repository where there is none, and writes again what was lost of it but its objects and refs. Needs the folder's lock.</summary>
    public static void Ensure(FolderLayout layout, IDisk disk)
    {
        var git = layout.Repository;
        foreach (var directory in Folders) disk.CreateDirectory(Path.Combine(git, directory));
        if (HasHead(layout) && !IsLost(Path.Combine(git, "config"))) return;
        if (IsLost(Path.Combine(git, "config"))) Write(disk, Path.Combine(git, "config"), Config);
        Write(disk, Path.Combine(git, "description"), "Models delivered by Delivery; one commit is one generation.\n");
        // HEAD comes last: with it the directory is a repository.
        if (!HasHead(layout)) Write(disk, Head(layout), $"ref: {MainRef.Name}\n");
        disk.SyncDirectory(git);
        disk.SyncDirectory(layout.Root);
    }

    // A repository that lost its HEAD still has what matters.
    private static bool HasHistory(FolderLayout layout) =>
        File.Exists(Head(layout)) || File.Exists(Path.Combine(layout.Repository, MainRef.Name)) || File.Exists(Path.Combine(layout.Repository, "packed-refs"));

    // A HEAD that is neither a branch nor a commit opens for nobody. It is ours to write again where a generation of ours is live.
    private static bool HasHead(FolderLayout layout)
    {
        if (!File.Exists(Head(layout))) return false;
        if (!File.Exists(layout.Current)) return true;
        var text = File.ReadAllText(Head(layout)).Trim();
        return text.StartsWith("ref: refs/", StringComparison.Ordinal) || CommitId.TryParse(text, out _);
    }

    // A power cut can leave the name of a file that another program wrote without a byte of it, or with zeros.
    private static bool IsLost(string path) => !File.Exists(path) || File.ReadAllText(path).All(c => c == '\0' || char.IsWhiteSpace(c));

    private static string Head(FolderLayout layout) => Path.Combine(layout.Repository, "HEAD");

    internal static bool IsOurs(string name) => OurNames.Contains(name) || name.StartsWith(".tmp-", StringComparison.Ordinal);

    private static bool ConfigSaysBare(string git)
    {
        var config = Path.Combine(git, "config");
        return File.Exists(config) && File.ReadLines(config).Any(line => line.Replace(" ", "", StringComparison.Ordinal).Trim().Equals("bare=true", StringComparison.OrdinalIgnoreCase));
    }

    private static void Write(IDisk disk, string path, string content) =>
        disk.WriteWhole(path, path + ".tmp", Encoding.ASCII.GetBytes(content.ReplaceLineEndings("\n")));
}
