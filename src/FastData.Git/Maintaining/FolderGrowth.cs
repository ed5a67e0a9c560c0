using Delivery.FastData.Git.History;
using Delivery.FastData.Git.Objects;
using Delivery.FastData.Git.Publishing;
using Delivery.FastData.Storage;
using LibGit2Sharp;

namespace Delivery.FastData.Git.Maintaining;

/// <summary>How large a history is, how fast it grows and how long the disk lasts. Takes no lock and writes nothing.</summary>
/// <param name="ColdFolder">The cold directory, there or not.</param>
/// <param name="ColdBytes">Bytes in it; 0 while it is away or nothing was moved yet.</param>
/// <param name="ColdIsAway">Whether weights were moved there and it is not to be found now.</param>
/// <param name="BytesPerDay">What the newest week of publishes added to the history in a day, before it is compressed; null while there is less than an hour of history.</param>
/// <param name="FreeBytes">Free space of the disk that has less of it, the folder's or the cold directory's.</param>
/// <param name="FullOn">The day on which that disk is full at this rate; null when nothing grows, or not within a hundred years.</param>
public sealed record FolderGrowth(string ColdFolder, long ColdBytes, bool ColdIsAway, double? BytesPerDay, long FreeBytes, DateOnly? FullOn)
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(7);
    private const int MaxCommits = 200;
    private const double HundredYears = 36_525;

    /// <param name="folder">The fast-data folder; it exists.</param>
    /// <param name="options">Where the cold side is.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="FastDataException">The history is damaged.</exception>
    public static FolderGrowth Measure(string folder, MaintenanceOptions options, DateTimeOffset now)
    {
        var layout = new FolderLayout(folder);
        var cold = new ColdSide(layout, options.ColdOf(layout), new LocalDisk());
        var perDay = RepositorySetup.Exists(layout) ? BytesPerDayOf(layout, now) : null;
        var free = Math.Min(FreeBytesOf(layout.Root), Directory.Exists(cold.Root) ? FreeBytesOf(cold.Root) : long.MaxValue);
        return new FolderGrowth(cold.Root, cold.Bytes, cold.IsAway, perDay, free, FullAt(now, free, perDay));
    }

    /// <summary>The day on which so much free space is used up.</summary>
    public static DateOnly? FullAt(DateTimeOffset now, long freeBytes, double? bytesPerDay) =>
        bytesPerDay is > 0 && freeBytes / bytesPerDay.Value < HundredYears ? DateOnly.FromDateTime(now.UtcDateTime.AddDays(freeBytes / bytesPerDay.Value)) : null;

    private static double? BytesPerDayOf(FolderLayout layout, DateTimeOffset now)
    {
        using var git = new GitReader(layout);
        if (git.Tip is not { } tip) return null;
        var (bytes, since, count) = (0L, now, 0);
        for (var commit = git.Commit(tip); commit is not null && count < MaxCommits && commit.Committer.When > now - Window; commit = git.Parent(commit), count++)
        {
            if (git.IsShallowBoundary(commit)) break; // what it brought cannot be told
            var before = Files(git.Parent(commit));
            bytes += Files(commit).Where(file => !before.Contains(file)).Where(file => git.Has(file.Id)).Sum(file => git.SizeOf(file.Id));
            since = commit.Committer.When;
        }
        return now - since < TimeSpan.FromHours(1) ? null : bytes / (now - since).TotalDays;
    }

    private static HashSet<(string, GitId Id)> Files(Commit? commit) => commit is null ? [] : [.. TreeEditor.Read(GitReader.Folder(commit, TipState.ModelsFolder))];

    private static long FreeBytesOf(string path) => new DriveInfo(path).AvailableFreeSpace;
}
