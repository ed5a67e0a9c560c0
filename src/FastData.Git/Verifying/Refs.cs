using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Storage;

namespace Delivery.FastData.Git.Verifying;

/// <summary>Where main is, and where it should be when it cannot be read.</summary>
internal static class Refs
{
    public static bool HeadIsRight(FolderLayout layout) =>
        File.ReadAllText(Path.Combine(layout.Repository, "HEAD")) is $"ref: {MainRef.Name}\n" or $"ref: {MainRef.Name}";

    /// <summary>CURRENT as far as it can be read, whatever format it names.</summary>
    public static CurrentPointer? CurrentOrNull(FolderLayout layout)
    {
        try
        {
            return File.Exists(layout.Current) ? CurrentPointer.Parse(File.ReadAllBytes(layout.Current), layout.Current) : null;
        }
        catch (Exception e) when (e is FastDataException or UnsupportedFormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// The commit of main; where main cannot be read, the one that CURRENT or else the newest manifest names. A pointer that readers
    /// follow goes before a manifest, which a publish that died may have left.
    /// </summary>
    /// <returns>The commit, null when none is known, and what is wrong with main, null when nothing is.</returns>
    public static (CommitId? Tip, string? Problem) FindMain(FolderLayout layout, IDisk disk, HistoryTruth truth)
    {
        var current = CurrentOrNull(layout)?.Commit is { } named && truth.EpochOf(named) is not null ? named : (CommitId?)null;
        string problem;
        try
        {
            if (new MainRef(layout, disk).Read() is { } main)
            {
                if (truth.EpochOf(main) is { } epoch)
                {
                    // A commit made by hand that readers were never given.
                    if (current is { } live && live != main && WhyNot(truth, main, epoch, live) is { } why) return (live, why);
                    return current is { } ahead && ahead != main && truth.EpochOf(ahead) > epoch && truth.Git.HasAncestor(ahead, main)
                        ? (ahead, $"main is at epoch {epoch}, {main.Short}, and readers are at the later commit {ahead.Short}: main went back")
                        : (main, null);
                }
                problem = $"main names {main}, which is no generation that can be read";
            }
            else
            {
                problem = "there is no main";
            }
        }
        catch (FastDataException e)
        {
            problem = e.Message;
        }
        return (current ?? NewestManifest(layout, truth), problem);
    }

    private static string? WhyNot(HistoryTruth truth, CommitId main, long epoch, CommitId live)
    {
        if (truth.EpochOf(live) is var ahead && ahead >= epoch && truth.Git.HasAncestor(main, live)) return $"main is at epoch {epoch}, {main.Short}, made on top of epoch {ahead}, {live.Short}, that readers are at: it was not made by Delivery";
        return truth.Foreign(main) is { } foreign ? $"main names {main.Short}, which was not made by Delivery: {foreign.TrimEnd('.')}" : null;
    }

    private static CommitId? NewestManifest(FolderLayout layout, HistoryTruth truth)
    {
        var names = Directory.Exists(layout.Manifests) ? Directory.EnumerateFiles(layout.Manifests).Select(LiveSide.NameOf).OfType<(long Epoch, string Commit)>() : [];
        foreach (var (epoch, shortId) in names.OrderByDescending(name => name.Epoch))
        {
            try
            {
                if (truth.Git.Resolve(shortId) is var commit && truth.EpochOf(commit) == epoch) return commit;
            }
            catch (FastDataException)
            {
                // The history has no such commit: an older manifest may have one.
            }
        }
        return null;
    }
}
