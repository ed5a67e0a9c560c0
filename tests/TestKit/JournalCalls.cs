namespace Delivery.TestKit;

/// <summary>One change that a system call made.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="Path">The file or directory, below the folder.</param>
/// <param name="To">The other name of a rename or link.</param>
/// <param name="Content">What was written.</param>
public sealed record Change(ChangeKind Kind, string Path, string To = "", byte[]? Content = null);

/// <summary>The kinds of <see cref="Change"/>.</summary>
public enum ChangeKind
{
    /// <summary>A new empty file.</summary>
    Create,

    /// <summary>Its content.</summary>
    Write,

    /// <summary>The content is durable.</summary>
    Sync,

    /// <summary>A new name in place of the old.</summary>
    Rename,

    /// <summary>A second name.</summary>
    Link,

    /// <summary>A name taken away.</summary>
    Unlink,

    /// <summary>A new directory.</summary>
    MakeDirectory,

    /// <summary>The names in the directory are durable.</summary>
    SyncDirectory,
}

/// <summary>The quick calls, each written down: from the journal every state follows in which a crash or a power cut can leave the folder.</summary>
/// <param name="root">The folder; what happens outside of it is not written down.</param>
public sealed class JournalCalls(string root) : QuickCalls
{
    private readonly Lock _oneAtATime = new();
    private readonly List<Change> _changes = [];

    /// <summary>All changes so far, in the order in which they were made.</summary>
    public IReadOnlyList<Change> Changes => _changes;

    public override FileStream Create(string path, bool @sealed) => Note(new Change(ChangeKind.Create, path), () => base.Create(path, @sealed));

    public override void Write(FileStream file, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        Note(new Change(ChangeKind.Write, file.Name, Content: bytes), () => base.Write(file, bytes));
    }

    public override void Sync(FileStream file) => Note(new Change(ChangeKind.Sync, file.Name), () => { });
    public override void Rename(string from, string to, bool replace) => Note(new Change(ChangeKind.Rename, from, to), () => base.Rename(from, to, replace));
    public override void Link(string from, string to) => Note(new Change(ChangeKind.Link, from, to), () => base.Link(from, to));
    public override void SyncDirectory(string path) => Note(new Change(ChangeKind.SyncDirectory, path), () => { });

    public override void Unlink(string path)
    {
        if (File.Exists(path)) Note(new Change(ChangeKind.Unlink, path), () => base.Unlink(path));
    }

    public override void MakeDirectory(string path)
    {
        if (!Directory.Exists(path)) Note(new Change(ChangeKind.MakeDirectory, path), () => base.MakeDirectory(path));
    }

    private void Note(Change change, Action call) => Note(change, () =>
    {
        call();
        return 0;
    });

    // The order of the journal must be the order of the calls, so they wait for each other.
    private T Note<T>(Change change, Func<T> call)
    {
        lock (_oneAtATime)
        {
            var result = call();
            var path = Path.GetRelativePath(root, change.Path);
            if (!path.StartsWith("..", StringComparison.Ordinal)) _changes.Add(change with { Path = path, To = change.To.Length == 0 ? "" : Path.GetRelativePath(root, change.To) });
            return result;
        }
    }
}
