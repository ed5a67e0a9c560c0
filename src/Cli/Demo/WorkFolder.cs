namespace Delivery.Cli.Demo;

/// <summary>The one folder that the demo writes to. It deletes there only what the demo itself makes, and only where the demo made the folder.</summary>
public sealed class WorkFolder
{
    private const string Marker = ".delivery-demo";
    private static readonly string[] Files = ["delivery.json", "model_list.txt", "training.db", "training.db-wal", "training.db-shm"];
    private static readonly string[] Folders = ["fast-data", "cycles"];

    private WorkFolder(string path) => Root = path;

    /// <summary>Its full path.</summary>
    public string Root { get; }

    public string Configuration => Path.Combine(Root, Files[0]);

    public string ModelList => Path.Combine(Root, Files[1]);

    public string Store => Path.Combine(Root, Files[2]);

    public string FastData => Path.Combine(Root, Folders[0]);

    public string Records => Path.Combine(Root, Folders[1]);

    /// <summary>Makes the folder, or empties the one of an earlier run.</summary>
    /// <exception cref="VerbException">It holds something and the demo did not make it; nothing was changed.</exception>
    public static WorkFolder Prepare(string path)
    {
        var folder = new WorkFolder(Path.GetFullPath(path));
        var marker = Path.Combine(folder.Root, Marker);
        if (File.Exists(folder.Root)) throw new VerbException($"'{path}' is a file; expected a folder, or a name that is not taken.");
        if (Directory.Exists(folder.Root) && Directory.EnumerateFileSystemEntries(folder.Root).Any())
        {
            if (!File.Exists(marker)) throw new VerbException($"'{path}' is not empty and the demo did not make it (it has no file '{Marker}'). Nothing was changed. Name another folder with --work, or empty this one.");
            folder.Empty();
        }
        Directory.CreateDirectory(folder.Root);
        File.WriteAllText(marker, "This folder belongs to 'delivery demo', which deletes and makes anew what it left here when it runs again.\n");
        return folder;
    }

    private void Empty()
    {
        foreach (var name in Folders)
        {
            var folder = new DirectoryInfo(Path.Combine(Root, name));
            if (!folder.Exists) continue;
            // A link is removed, not followed: what it leads to was not made here.
            if (folder.LinkTarget is null) Unseal(folder);
            folder.Delete(recursive: folder.LinkTarget is null);
        }
        foreach (var name in Files) File.Delete(Path.Combine(Root, name));
    }

    // Delivered files are sealed; Windows does not delete a file that is read-only.
    private static void Unseal(DirectoryInfo folder)
    {
        if (!OperatingSystem.IsWindows()) return;
        foreach (var file in folder.EnumerateFiles("*", SearchOption.AllDirectories)) file.Attributes = FileAttributes.Normal;
    }
}
