using Delivery.TestKit;

namespace Delivery.FastData.Git.Tests.Crashes;

/// <summary>What a second publish that died leaves to the recovery of the next start.</summary>
internal static class Leavings
{
    private const string Pack = "recovery of a pack";
    private const string RefLock = "recovery of a lock of main";
    private const string Committed = "recovery of a commit";
    private const string Pointer = "recovery of a pointer";
    private const string Damaged = "recovery of a commit whose files are lost";
    private const string Setup = "recovery of a repository that was begun";

    public static readonly string[] Names = [Pack, RefLock, Committed, Pointer, Damaged, Setup];

    public static Scenario Recovery(string name) => Scenario.Recovery(name, Left(name));

    private static FolderImage Left(string name)
    {
        var scenario = Scenario.Publish(name == Setup ? Scenario.First : Scenario.Second);
        var changes = Enumeration.Journal(scenario, out _);
        var last = changes.Select((change, i) => (change, i)).First(c => name switch
        {
            Pack => c.change.Kind == ChangeKind.Rename && c.change.To.EndsWith(".idx", StringComparison.Ordinal),
            RefLock => c.change.Kind == ChangeKind.Link,
            Setup => c.change.To.EndsWith("HEAD", StringComparison.Ordinal),
            Pointer => c.change.Kind == ChangeKind.Create && c.change.Path == ".tmp-CURRENT",
            _ => c.change.To.EndsWith("heads/main", StringComparison.Ordinal),
        }).i;
        var left = Enumeration.After(scenario.Start, changes, last + 1).Seen();
        if (name != Damaged) return left;
        // The live generation's files stay: the promise to its readers is not the disk's to break.
        var before = scenario.Start.Entries.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var path in left.Entries.Keys.Where(path => !before.Contains(path) && path.Split('/') is ["models" or "manifests", _]).ToList()) left.Entries.Remove(path);
        return left;
    }
}
