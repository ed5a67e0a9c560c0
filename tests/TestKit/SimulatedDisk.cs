namespace Delivery.TestKit;

/// <summary>What of the data that no fsync covers is on the disk after a power cut.</summary>
public enum Unsynced
{
    /// <summary>All of it.</summary>
    Whole,

    /// <summary>The file is there, and empty.</summary>
    Empty,

    /// <summary>The file has its length, and zeros or what stood in those blocks before.</summary>
    Garbage,

    /// <summary>The first half.</summary>
    Half,
}

/// <summary>
/// A folder in memory that knows what is durable. A file's data is durable after its fsync. A name is durable after the fsync of its
/// directory; without one, the names of each directory change in their order, but how far each directory has come is open: a
/// rename between two directories counts as two changes. So file systems that promise less than ours does are covered too.
/// </summary>
public sealed class SimulatedDisk
{
    private readonly Node _root = new(IsDirectory: true);

    /// <summary>A folder as it stands, all of it durable.</summary>
    public SimulatedDisk(FolderImage folder)
    {
        foreach (var (path, content) in folder.Entries)
        {
            var (directory, name) = Find(path);
            directory.Set(name, new Node(IsDirectory: content is null) { Content = content ?? [], Durable = content });
            directory.Settle();
        }
    }

    /// <summary>Directories with names that no fsync covers.</summary>
    public IReadOnlyList<string> Unsettled => [.. Walk(_root, "").Where(place => place.Node.Pending.Count > 0).Select(place => place.Path)];

    /// <summary>Makes one change.</summary>
    public void Apply(Change change)
    {
        if (change.Kind == ChangeKind.SyncDirectory)
        {
            Directory_(change.Path).Settle();
            return;
        }
        var (directory, name) = Find(change.Path);
        switch (change.Kind)
        {
            case ChangeKind.Create: directory.Set(name, new Node(IsDirectory: false)); break;
            case ChangeKind.MakeDirectory: directory.Set(name, new Node(IsDirectory: true)); break;
            case ChangeKind.Unlink: directory.Set(name, null); break;
            case ChangeKind.Write: directory.Seen[name].Content = [.. directory.Seen[name].Content, .. change.Content!]; break;
            case ChangeKind.Sync: directory.Seen[name].Durable = directory.Seen[name].Content; break;
            default: Move(change, directory, name); break;
        }
    }

    /// <summary>What a process that starts after a mere crash finds.</summary>
    public FolderImage Seen() => Image((node, _) => node.Seen, node => node.Content);

    /// <summary>One state that a power cut can leave.</summary>
    /// <param name="kept">How many of the names' changes that no fsync covers have happened in a directory, given how many there are.</param>
    /// <param name="unsynced">What is there of data without an fsync.</param>
    public FolderImage AfterPowerCut(Func<string, int, int> kept, Unsynced unsynced) =>
        Image((node, path) => node.After(kept(path, node.Pending.Count)), node => Left(node, unsynced));

    private static byte[] Left(Node node, Unsynced unsynced) => node.Durable ?? unsynced switch
    {
        Unsynced.Whole => node.Content,
        Unsynced.Empty => [],
        Unsynced.Half => node.Content[..(node.Content.Length / 2)],
        _ => new byte[node.Content.Length],
    };

    private FolderImage Image(Func<Node, string, Dictionary<string, Node>> names, Func<Node, byte[]> content)
    {
        var image = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
        AddNode(_root, "");
        return new FolderImage(image);

        void AddNode(Node node, string path)
        {
            if (path.Length > 0) image[path] = node.IsDirectory ? null : content(node);
            if (!node.IsDirectory) return;
            foreach (var (name, child) in names(node, path)) AddNode(child, Path.Combine(path, name));
        }
    }

    private void Move(Change change, Node directory, string name)
    {
        var node = directory.Seen[name];
        var (target, newName) = Find(change.To);
        if (target == directory && change.Kind == ChangeKind.Rename)
        {
            directory.Rename(name, newName);
            return;
        }
        target.Set(newName, node);
        if (change.Kind == ChangeKind.Rename) directory.Set(name, null);
    }

    private Node Directory_(string path) => path == "." ? _root : Find(path) is var (directory, name) ? directory.Seen[name] : _root;

    private (Node Directory, string Name) Find(string path)
    {
        var parts = path.Split(Path.DirectorySeparatorChar);
        return (parts[..^1].Aggregate(_root, (node, part) => node.Seen[part]), parts[^1]);
    }

    private static IEnumerable<(string Path, Node Node)> Walk(Node node, string path) =>
        node.Seen.Where(child => child.Value.IsDirectory).SelectMany(child => Walk(child.Value, Path.Combine(path, child.Key))).Prepend((path, node));

    private sealed record Node(bool IsDirectory)
    {
        private Dictionary<string, Node> _settled = [];

        public Dictionary<string, Node> Seen { get; private set; } = [];
        public List<Action<Dictionary<string, Node>>> Pending { get; } = [];
        public byte[] Content { get; set; } = [];
        public byte[]? Durable { get; set; }

        public void Set(string name, Node? node) => Do(names =>
        {
            if (node is null) names.Remove(name);
            else names[name] = node;
        });

        public void Rename(string from, string to)
        {
            var node = Seen[from];
            Do(names =>
            {
                names.Remove(from);
                names[to] = node;
            });
        }

        public void Settle()
        {
            _settled = new Dictionary<string, Node>(Seen);
            Pending.Clear();
        }

        public Dictionary<string, Node> After(int changes)
        {
            var names = new Dictionary<string, Node>(_settled);
            foreach (var change in Pending.Take(changes)) change(names);
            return names;
        }

        private void Do(Action<Dictionary<string, Node>> change)
        {
            change(Seen);
            Pending.Add(change);
        }
    }
}
